package dev.sluice.node.apply;

import java.time.Duration;

/**
 * A thread did not end in time, and still uses what it was given: maps that are closed under it, or
 * a lock that somebody else gets, would be worse than leaving them open. The process must end,
 * which ends the thread and closes all of it; the kernel goes on enforcing.
 */
public final class StillAtWorkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StillAtWorkException(Thread thread, Duration patience) {
    super(
        "thread %s has not ended within %d s (%s): the process ends without closing what it uses, and the kernel goes on as it is"
            .formatted(thread.getName(), patience.toSeconds(), place(thread)));
  }

  private static String place(Thread thread) {
    StackTraceElement[] frames = thread.getStackTrace();
    return frames.length == 0 ? "it ends now" : "it is at " + frames[0];
  }

  /** Waits for a thread that was told to end. */
  static void await(Thread thread, Duration patience) throws InterruptedException {
    if (!thread.join(patience)) {
      throw new StillAtWorkException(thread, patience);
    }
  }
}
