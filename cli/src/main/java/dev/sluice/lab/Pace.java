package dev.sluice.lab;

import java.time.Duration;

/**
 * How soon the lab looks at its log again. While somebody waits for what it says, at once; else now
 * and then: a reader that wakes up with each record takes the processor from those who are to
 * realise it. Thread-safe.
 */
final class Pace {
  private int waiting;

  /** Somebody waits until it is closed. */
  interface Haste extends AutoCloseable {
    @Override
    void close();
  }

  synchronized Haste hasten() {
    waiting++;
    notifyAll();
    return this::done;
  }

  private synchronized void done() {
    waiting--;
  }

  /** Returns after this time, or when somebody waits. */
  synchronized void rest(Duration longest) throws InterruptedException {
    if (waiting == 0) {
      wait(longest.toMillis());
    }
  }
}
