package dev.sluice.lab;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for things that cannot call back: files, other processes. A condition is asked every few
 * milliseconds until a deadline. An interrupt ends a wait.
 */
public final class Waiting {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(15);

  private Waiting() {}

  /** Whether the condition came true in time. */
  public static boolean until(Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /** Lets time pass between two attempts. */
  static void pause(Duration duration) {
    LockSupport.parkNanos(duration.toNanos());
  }
}
