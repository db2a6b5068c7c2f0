package dev.sluice.node.control;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The lines of one listening client: put in by the reader of events, which never waits for a
 * client, and taken out by the client's thread. What does not fit is counted, and said in a line.
 */
public final class MonitorStream implements AutoCloseable {
  private static final int LINES = 4096;

  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES);
  private final AtomicLong lost = new AtomicLong();
  private final Runnable onClose;

  /**
   * @param onClose called once when the client is gone
   */
  public MonitorStream(Runnable onClose) {
    this.onClose = onClose;
  }

  /** Adds a line, or counts it as lost when the client is too slow. */
  public void offer(String line) {
    if (!lines.offer(line)) {
      lost.incrementAndGet();
    }
  }

  /** The next line, or null when there is none now. */
  public String poll() {
    return lines.poll();
  }

  /** The next line, or null when none came in time. */
  String take(long timeoutMillis) throws InterruptedException {
    long count = lost.get();
    if (count > 0 && lines.isEmpty()) {
      lost.addAndGet(-count);
      return "{\"type\":\"lost\",\"count\":" + count + "}";
    }
    return lines.poll(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    onClose.run();
  }
}
