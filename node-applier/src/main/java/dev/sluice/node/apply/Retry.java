package dev.sluice.node.apply;

import java.time.Duration;

/**
 * What became of the last step, and when one that failed is tried again: after 100 ms, then after
 * twice as long each time, ten seconds at most. For one thread.
 */
final class Retry {
  private static final long FIRST_NANOS = Duration.ofMillis(100).toNanos();
  private static final long LAST_NANOS = Duration.ofSeconds(10).toNanos();

  private String message = "";
  private boolean failed;
  private long delayNanos = FIRST_NANOS;
  private long atNanos;

  void succeeded() {
    failed = false;
    message = "";
    delayNanos = FIRST_NANOS;
  }

  /**
   * @return whether it failed for another reason than the last time
   */
  boolean failed(String why, long nowNanos) {
    boolean news = !why.equals(message);
    message = why;
    failed = true;
    atNanos = nowNanos + delayNanos;
    delayNanos = Math.min(2 * delayNanos, LAST_NANOS);
    return news;
  }

  boolean hasFailed() {
    return failed;
  }

  /** Whether a step that failed is not yet tried again. */
  boolean isTooEarly(long nowNanos) {
    return failed && nowNanos - atNanos < 0;
  }

  /** When it is tried again, if it failed. */
  long atNanos() {
    return atNanos;
  }

  /** Why the last step failed; empty when it did not. */
  String message() {
    return message;
  }
}
