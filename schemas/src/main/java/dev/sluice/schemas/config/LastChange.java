package dev.sluice.schemas.config;

/**
 * When this process last worked on a change that somebody may wait for. What can be done at any
 * time, and stops the process, waits for a pause. Thread-safe.
 */
public final class LastChange {
  private volatile long nanos = System.nanoTime();

  /** There is one now. */
  public void now() {
    nanos = System.nanoTime();
  }

  /** How long ago it was; the process' start counts as one. */
  long agoNanos() {
    return System.nanoTime() - nanos;
  }
}
