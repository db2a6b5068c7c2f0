package dev.sluice.foldruntime;

import java.time.Duration;

/** Waiting times that double up to a largest one. For one thread. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LARGEST = Duration.ofSeconds(5);

  private Duration next = FIRST;

  Duration next() {
    Duration wait = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LARGEST) > 0 ? LARGEST : doubled;
    return wait;
  }

  /** Something worked: the next failure waits shortly again. */
  void reset() {
    next = FIRST;
  }
}
