package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a quiet machine, so that what one variant leaves to be done (flows on their way to the
 * topic) is not done while the next one is measured.
 */
final class Quiet {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final double BUSY = 0.15;

  private Quiet() {}

  /** Returns when the CPUs have been idle for a moment, or after some seconds in any case. */
  static void await() throws IOException {
    await(1, TimeUnit.SECONDS.toNanos(5));
  }

  /**
   * Returns when they have been idle for three seconds, or after half a minute: what a world that
   * was just read leaves is collected in the first pause, for a second and more when it is large.
   */
  static void awaitCollected() throws IOException {
    await(15, TimeUnit.SECONDS.toNanos(30));
  }

  private static void await(int looks, long longestNanos) throws IOException {
    long end = System.nanoTime() + longestNanos;
    long[] before = ticks();
    int idle = 0;
    while (idle < looks && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
      long[] now = ticks();
      double busy = 1 - (now[0] - before[0]) / Math.max(1.0, now[1] - before[1]);
      idle = busy < BUSY ? idle + 1 : 0;
      before = now;
    }
  }

  /** Idle ticks and all of them, of all CPUs: the first line of proc_stat(5). */
  private static long[] ticks() throws IOException {
    String[] fields =
        Files.readString(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +");
    long all = 0;
    for (int i = 1; i < fields.length; i++) {
      all += Long.parseLong(fields[i]);
    }
    return new long[] {Long.parseLong(fields[4]) + Long.parseLong(fields[5]), all};
  }
}
