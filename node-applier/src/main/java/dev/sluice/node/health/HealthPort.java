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
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every HTTP request at one listener: 200 while a Service has a ready backend on this node,
 * else 503; the body and the header {@code X-Load-Balancing-Endpoint-Weight} are those of
 * kube-proxy. One request a connection, which ends when its request has not come within its
 * patience. The server of the JDK is not used: it gives no way to share a port with a successor.
 * Thread-safe.
 */
final class HealthPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthPort.class);
  private static final int REQUEST_BYTES = 8_192;
  private static final String BLANK_LINE = "\r\n\r\n";
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  /** When there is no descriptor for who asks, there will be one soon. */
  private static final long WITHOUT_ROOM_NANOS = Duration.ofMillis(100).toNanos();

  private final ServerSocketChannel listener;
  private final HealthAskers askers;
  private final long patienceNanos;
  private final ExecutorService answers = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread accepting;
  private volatile LocalHealth health;

  /**
   * @param listener bound; closed with this object
   * @param askers who is connected to any port of the node
   * @param patience how long a connection may take to ask
   */
  HealthPort(
      ServerSocketChannel listener, HealthAskers askers, Duration patience, LocalHealth health) {
    this.listener = listener;
    this.askers = askers;
    this.patienceNanos = patience.toNanos();
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
        long until = System.nanoTime() + patienceNanos;
        askers.came(asker);
        answers.execute(() -> answer(asker, until));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("a question about {} was not taken: {}", health.service(), e.getMessage());
        LockSupport.parkNanos(WITHOUT_ROOM_NANOS);
      }
    }
  }

  private void answer(SocketChannel asker, long untilNanos) {
    try (Socket socket = asker.socket()) {
      if (asked(socket, untilNanos)) {
        OutputStream out = socket.getOutputStream();
        out.write(response(health).getBytes(UTF_8));
      }
    } catch (IOException e) {
      LOG.debug("who asked about {} has gone: {}", health.service(), e.getMessage());
    } finally {
      askers.left(asker);
    }
  }

  /** Reads to the end of a request's head; what it says makes no difference. */
  private static boolean asked(Socket socket, long untilNanos) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] head = new byte[REQUEST_BYTES];
    int length = 0;
    while (length < head.length) {
      long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      socket.setSoTimeout((int) left);
      int read = in.read(head, length, head.length - length);
      if (read < 0) {
        return false;
      }
      int unseen = Math.max(0, length - BLANK_LINE.length());
      length += read;
      if (new String(head, unseen, length - unseen, US_ASCII).contains(BLANK_LINE)) {
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
