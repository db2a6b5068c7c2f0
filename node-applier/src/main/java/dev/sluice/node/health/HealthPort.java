package dev.sluice.node.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.core.service.LocalHealth;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every HTTP request at one listener: 200 while a Service has a ready backend on this node,
 * else 503; the body and the header {@code X-Load-Balancing-Endpoint-Weight} are those of
 * kube-proxy. One request a connection. The server of the JDK is not used: it gives no way to share
 * a port with a successor. Thread-safe.
 */
final class HealthPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthPort.class);
  private static final int REQUEST_BYTES = 8_192;
  private static final int PATIENCE_MILLIS = 5_000;
  private static final String BLANK_LINE = "\r\n\r\n";

  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  private final ServerSocketChannel listener;
  private final ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread accepting;
  private volatile LocalHealth health;

  /**
   * @param listener bound; closed with this object
   */
  HealthPort(ServerSocketChannel listener, LocalHealth health) {
    this.listener = listener;
    this.health = health;
    this.accepting = Thread.ofVirtual().name("health").start(this::accept);
  }

  /** What is answered from now on. */
  void says(LocalHealth now) {
    health = now;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel asker = listener.accept();
        answers.execute(() -> answer(asker));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("a question about {} was not taken: {}", health.service(), e.getMessage());
      }
    }
  }

  private void answer(SocketChannel asker) {
    try (Socket socket = asker.socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      if (asked(socket.getInputStream())) {
        OutputStream out = socket.getOutputStream();
        out.write(response(health).getBytes(UTF_8));
      }
    } catch (IOException e) {
      LOG.debug("who asked about {} has gone: {}", health.service(), e.getMessage());
    }
  }

  /** Reads to the end of a request's head; what it says makes no difference. */
  private static boolean asked(InputStream in) throws IOException {
    byte[] head = new byte[REQUEST_BYTES];
    int length = 0;
    while (length < head.length) {
      int read = in.read(head, length, head.length - length);
      if (read < 0) {
        return false;
      }
      length += read;
      if (new String(head, 0, length, US_ASCII).contains(BLANK_LINE)) {
        return true;
      }
    }
    return false;
  }

  private static String response(LocalHealth health) {
    int slash = health.service().indexOf('/');
    String body =
        """
        {"service": {"namespace": "%s", "name": "%s"}, "localEndpoints": %d}
        """
            .formatted(
                health.service().substring(0, slash),
                health.service().substring(slash + 1),
                health.backends());
    return String.join(
        "\r\n",
        health.backends() > 0 ? "HTTP/1.1 200 OK" : "HTTP/1.1 503 Service Unavailable",
        "Content-Type: application/json",
        "X-Content-Type-Options: nosniff",
        "X-Load-Balancing-Endpoint-Weight: " + health.backends(),
        "Content-Length: " + body.getBytes(UTF_8).length,
        "Connection: close",
        "",
        body);
  }

  /** Takes nobody any more; who was taken is answered first, if it asks within a second. */
  @Override
  public void close() {
    try {
      listener.close();
      accepting.join(LAST_ANSWERS);
      answers.shutdown();
      answers.awaitTermination(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      LOG.warn("the port of {} does not close: {}", health.service(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    answers.shutdownNow();
  }
}
