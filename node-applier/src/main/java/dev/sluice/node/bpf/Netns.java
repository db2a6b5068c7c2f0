package dev.sluice.node.bpf;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work inside another network namespace. A thread that has entered one cannot be trusted to be
 * elsewhere again, so each piece of work gets a platform thread of its own, which ends with it.
 */
public final class Netns {
  private Netns() {}

  /**
   * Runs {@code work} in a network namespace and waits for it.
   *
   * @param path of the namespace, as {@code /run/netns/NAME}; null or empty: the process' own
   * @throws BpfException when the namespace cannot be entered
   */
  public static <T> T in(Path path, Callable<T> work) {
    if (path == null || path.toString().isEmpty()) {
      return call(work);
    }
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter(path);
              return work.call();
            });
    Thread thread = Thread.ofPlatform().name("netns-" + path.getFileName()).start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + path, e);
    } catch (ExecutionException e) {
      throw unwrap(e.getCause());
    }
  }

  /**
   * The number by which programs know a network namespace.
   *
   * @param path as for {@link #in}
   */
  public static long cookie(Path path) {
    return in(path, Libc::netnsCookie);
  }

  /**
   * Moves the calling platform thread into a network namespace, for the rest of its life: sockets
   * that it makes are there.
   *
   * @param path null or empty: it stays where it is
   */
  public static void enter(Path path) {
    if (path == null || path.toString().isEmpty()) {
      return;
    }
    int fd = Libc.open(path.toString());
    try {
      Libc.setNetns(fd);
    } finally {
      Libc.close(fd);
    }
  }

  private static <T> T call(Callable<T> work) {
    try {
      return work.call();
    } catch (Exception e) {
      throw unwrap(e);
    }
  }

  private static RuntimeException unwrap(Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      case java.io.IOException e -> new java.io.UncheckedIOException(e);
      default -> new IllegalStateException(cause);
    };
  }
}
