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
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection to one node's applier: one JSON object a line each way. For one thread, except
 * {@link #close()}, which ends a read that waits.
 */
public final class NodeSocket implements AutoCloseable {
  /** What a dump of full maps takes many times over. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

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

  /**
   * Sends a request and returns the answer.
   *
   * @throws Refusal when it refuses, or says nothing for long: it is stopped
   */
  public JsonNode ask(ObjectNode request) {
    return ask(request, PATIENCE);
  }

  JsonNode ask(ObjectNode request, Duration patience) {
    send(request);
    CountDownLatch answered = new CountDownLatch(1);
    AtomicBoolean late = new AtomicBoolean();
    Thread.ofVirtual()
        .start(
            () -> {
              if (!isIn(answered, patience)) {
                late.set(true);
                close();
              }
            });
    JsonNode answer = next();
    answered.countDown();
    if (answer == null && late.get()) {
      throw new Refusal(
          "The applier of %s has not answered for %d s: is it stopped? See 'sluice lab status'"
              .formatted(node, patience.toSeconds()));
    }
    if (answer == null) {
      throw new Refusal("The applier of " + node + " closed the connection");
    }
    if (!answer.path("ok").asBoolean()) {
      throw new Refusal("The applier of " + node + " says: " + answer.path("error").asText());
    }
    return answer;
  }

  private static boolean isIn(CountDownLatch answered, Duration patience) {
    try {
      return answered.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true; // the process ends
    }
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
