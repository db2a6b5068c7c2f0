package dev.sluice.node.bpf;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work that gives way to the node's workloads: telling what happened must not slow down what
 * happens. Linux keeps the nice level a thread, and threads inherit it from who starts them.
 */
public final class Background {
  /**
   * Two fifths of an ordinary thread's share where both want a CPU. Not less: a collector waits for
   * every thread to stop, and with it do the threads that pods wait for.
   */
  private static final int NICE = 4;

  private Background() {}

  /** The calling thread gives way from now on, and so do threads that it starts. */
  public static void enter() {
    Libc.nice(0, NICE);
  }

  /** Runs {@code work} on a thread that gives way; threads that it starts do so too. */
  public static <T> T in(String name, Supplier<T> work) {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter();
              return work.get();
            });
    Thread.ofPlatform().daemon().name(name).start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during " + name, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }
}
