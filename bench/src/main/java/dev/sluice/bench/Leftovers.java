package dev.sluice.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What must not stay behind when somebody ends the benchmark in its middle: closed when the process
 * is told to end. Thread-safe.
 */
final class Leftovers {
  private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::closeAll, "leftovers"));
  }

  private Leftovers() {}

  /** Closes {@code one} should the process end before {@link #closed}. */
  static void opened(AutoCloseable one) {
    synchronized (OPEN) {
      OPEN.push(one);
    }
  }

  static void closed(AutoCloseable one) {
    synchronized (OPEN) {
      OPEN.remove(one);
    }
  }

  private static void closeAll() {
    List<AutoCloseable> all;
    synchronized (OPEN) {
      all = List.copyOf(OPEN);
    }
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        System.err.println("bench: not everything was tidied up: " + e.getMessage());
      }
    }
  }
}
