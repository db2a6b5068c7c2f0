package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.output.JsonText;
import dev.sluice.lab.LabState;
import dev.sluice.lab.Preflight;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connection to one node's applier: one JSON object a line each way. For one thread, except
 * {@link #close()}, which ends a read that waits.
 */
public final class NodeSocket implements AutoCloseable {
  private final String node;
  private final SocketChannel channel;
  private final BufferedReader reader;

  private NodeSocket(String node, SocketChannel channel) {
    this.node = node;
    this.channel = channel;
    this.reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  /**
   * Connects to a node's applier.
   *
   * @throws Refusal when it does not answer
   */
  public static NodeSocket open(LabState.Node node) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(Path.of(node.socket())));
        return new NodeSocket(node.name(), channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new Refusal(
          "The applier of "
              + node.name()
              + " does not answer "
              + Preflight.adviceOn(e, "see 'sluice lab status'"),
          e);
    }
  }

  /** Sends a request and returns the answer. */
  public JsonNode ask(ObjectNode request) {
    send(request);
    JsonNode answer = next();
    if (answer == null) {
      throw new Refusal("The applier of " + node + " closed the connection");
    }
    if (!answer.path("ok").asBoolean()) {
      throw new Refusal("The applier of " + node + " says: " + answer.path("error").asText());
    }
    return answer;
  }

  public void send(ObjectNode request) {
    try {
      ByteBuffer line =
          ByteBuffer.wrap((JsonText.compact(request) + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
    } catch (IOException e) {
      throw new Refusal("The applier of " + node + " does not answer: " + e.getMessage(), e);
    }
  }

  /** The next line; null at the end. */
  public JsonNode next() {
    try {
      String line = reader.readLine();
      return line == null ? null : JsonText.MAPPER.readTree(line);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new Refusal("The connection to " + node + " could not be closed", e);
    }
  }
}
