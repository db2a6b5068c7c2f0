package dev.sluice.node.kernel;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.TestRun;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/** The kernel's timers that expire connections and translations. */
final class Sweep {
  private static final int TRIES = 100;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private Sweep() {}

  /**
   * Starts them; they then live with the pinned maps.
   *
   * @param program file descriptor of the program that does
   * @throws BpfException when the kernel refuses for a second
   */
  static void start(int program) {
    int errno =
        firstSuccess(
            () -> TestRun.once(program, new byte[64], TestRun.Context.ARRIVED).verdict(),
            () -> LockSupport.parkNanos(PAUSE_NANOS));
    if (errno != 0) {
      throw new BpfException("the timer that expires connections does not start", errno);
    }
  }

  /**
   * Tries until it succeeds: what a program asks the kernel for, memory of a timer for example, it
   * gets at once or not at all, and may get a moment later.
   *
   * @param step 0 or an errno
   * @return 0, or the errno of the last try
   */
  static int firstSuccess(IntSupplier step, Runnable pause) {
    int errno = step.getAsInt();
    for (int tries = 1; errno != 0 && tries < TRIES; tries++) {
      pause.run();
      errno = step.getAsInt();
    }
    return errno;
  }
}
