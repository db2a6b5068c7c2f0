package dev.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Speaks to the supervisor of a lab; what it answers is printed as it comes. */
public final class SupervisorClient {
  private final Path socket;
  private final PrintWriter out;
  private final PrintWriter err;

  public SupervisorClient(LabHandle lab, PrintWriter out, PrintWriter err) {
    this.socket = lab.names().supervisorSocket();
    this.out = out;
    this.err = err;
  }

  /**
   * Sends a request and waits for its end; returns the exit status.
   *
   * @param data what to do with a value in the answer
   * @throws Refusal when no supervisor answers
   */
  public int ask(JsonNode request, Consumer<JsonNode> data) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer line = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      BufferedReader answers =
          new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      for (String each = answers.readLine(); each != null; each = answers.readLine()) {
        JsonNode answer = LabHandle.MAPPER.readTree(each);
        if (answer.has("exit")) {
          return answer.path("exit").asInt();
        }
        print(answer, data);
      }
      throw new Refusal("The lab's supervisor ended in the middle of its answer");
    } catch (IOException e) {
      throw new Refusal(
          "The lab's supervisor does not answer "
              + Preflight.adviceOn(e, "end what is left with 'sluice lab down'"),
          e);
    }
  }

  private void print(JsonNode answer, Consumer<JsonNode> data) {
    if (answer.has("line")) {
      out.println(answer.path("line").asText());
      out.flush();
    } else if (answer.has("warn")) {
      err.println(answer.path("warn").asText());
      err.flush();
    } else if (answer.has("data")) {
      data.accept(answer.path("data"));
    }
  }
}
