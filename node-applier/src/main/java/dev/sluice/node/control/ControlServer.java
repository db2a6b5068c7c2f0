package dev.sluice.node.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's unix socket: one JSON object a line each way, any number of requests a client, a
 * thread a client. Knows the protocol and nothing of what the requests do.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MONITOR_FLUSH_MILLIS = 200;

  private final Path path;
  private final ServerSocketChannel server;
  private final ControlHandler handler;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private ControlServer(Path path, ServerSocketChannel server, ControlHandler handler) {
    this.path = path;
    this.server = server;
    this.handler = handler;
  }

  /** Opens the socket, replacing one that a dead process left, and serves it. */
  public static ControlServer open(Path path, ControlHandler handler) {
    try {
      Path parent = path.toAbsolutePath().getParent();
      Files.createDirectories(parent);
      Files.deleteIfExists(path);
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      ControlServer control = new ControlServer(path, server, handler);
      Thread.ofPlatform().daemon().name("control").start(control::accept);
      return control;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + path, e);
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        clients.add(client);
        Thread.ofPlatform().daemon().name("control-client").start(() -> serve(client));
      } catch (AsynchronousCloseException e) {
        return;
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("cannot accept on {}", path, e);
        }
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
        Writer out =
            new BufferedWriter(
                new OutputStreamWriter(Channels.newOutputStream(client), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isBlank()) {
          answer(line, client, out);
        }
      }
    } catch (IOException e) {
      LOG.debug("a client went away", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      clients.remove(client);
    }
  }

  private void answer(String line, SocketChannel client, Writer out)
      throws IOException, InterruptedException {
    ControlRequest request;
    try {
      request = ControlRequest.parse(line);
    } catch (IllegalArgumentException e) {
      write(out, new ControlAnswer.Failed(e.getMessage()));
      return;
    }
    if (request instanceof ControlRequest.Monitor monitor) {
      stream(monitor, client, out);
      return;
    }
    write(out, answerTo(request));
  }

  private ControlAnswer answerTo(ControlRequest request) throws InterruptedException {
    try {
      return handler.answer(request);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      LOG.warn("{} failed", request, e);
      return new ControlAnswer.Failed(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /**
   * A client that goes is noticed by the next write; an idle stream writes an empty line to find
   * out, which readers of lines skip.
   */
  private void stream(ControlRequest.Monitor request, SocketChannel client, Writer out)
      throws IOException, InterruptedException {
    try (MonitorStream stream = handler.monitor(request.types())) {
      while (client.isOpen()) {
        String line = stream.take(MONITOR_FLUSH_MILLIS);
        out.write(line == null ? "\n" : line + "\n");
        out.flush();
      }
    }
  }

  private static void write(Writer out, ControlAnswer answer) throws IOException {
    out.write(JSON.writeValueAsString(answer));
    out.write('\n');
    out.flush();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel client : clients) {
      client.close();
    }
    Files.deleteIfExists(path);
  }
}
