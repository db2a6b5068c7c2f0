package dev.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The supervisor's unix socket: one JSON request a connection, answered by lines {@code {"line"}},
 * {@code {"warn"}}, {@code {"data"}} and a last {@code {"exit":status}}. A virtual thread a
 * connection.
 */
final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  /** Does what a request asks; returns the exit status. */
  interface Handler {
    int handle(JsonNode request, Answer answer);
  }

  private final ServerSocketChannel server;
  private final Path socket;
  private final Handler handler;

  ControlServer(Path socket, Handler handler) throws IOException {
    this.socket = socket;
    this.handler = handler;
    Files.createDirectories(socket.getParent());
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().name("control").start(this::acceptAll);
  }

  private void acceptAll() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        LOG.debug("the control socket is closed", e);
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel;
        BufferedReader in =
            new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        PrintWriter out =
            new PrintWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), true)) {
      String request = in.readLine();
      if (request == null) {
        return;
      }
      int status;
      try {
        status = handler.handle(LabHandle.MAPPER.readTree(request), answer(out));
      } catch (RuntimeException e) {
        LOG.warn("request {} failed", request, e);
        answer(out).warn(String.valueOf(e.getMessage()));
        status = 1;
      }
      out.println(node().put("exit", status));
    } catch (IOException e) {
      LOG.debug("a client went away", e);
    }
  }

  private static ObjectNode node() {
    return LabHandle.MAPPER.createObjectNode();
  }

  private static Answer answer(PrintWriter out) {
    return new Answer() {
      @Override
      public void line(String text) {
        out.println(node().put("line", text));
      }

      @Override
      public void warn(String text) {
        out.println(node().put("warn", text));
      }

      @Override
      public void data(JsonNode value) {
        out.println(node().set("data", value));
      }
    };
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(socket);
  }
}
