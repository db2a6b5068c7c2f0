package dev.sluice.node.topic;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits a little longer after every failure, up to two seconds. For one thread. */
final class Backoff {
  private static final long FIRST_MILLIS = 50;
  private static final long LAST_MILLIS = 2_000;

  private long millis = FIRST_MILLIS;

  void succeeded() {
    millis = FIRST_MILLIS;
  }

  /**
   * @throws InterruptedException when the thread is interrupted before or while it waits
   */
  void pause() throws InterruptedException {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    millis = Math.min(2 * millis, LAST_MILLIS);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
