package dev.sluice.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to write a node's maps: one process has it at a time, and loses it when it ends,
 * however it ends. For one thread.
 */
final class NodeLock implements AutoCloseable {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Path path;
  private final FileChannel file;
  private boolean held;

  private NodeLock(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /** Opens the file; the right itself is asked for. */
  static NodeLock open(Path path) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      return new NodeLock(
          path, FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + path, e);
    }
  }

  /**
   * Waits for it.
   *
   * @throws IllegalStateException when another process keeps it
   */
  void acquire() {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (!tryAcquire()) {
      if (System.nanoTime() - until > 0) {
        throw new IllegalStateException(
            "another node-applier works on this node: end the process that has "
                + path
                + " locked");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Takes it, or has it already; false when somebody else has it. */
  boolean tryAcquire() {
    try {
      held = held || file.tryLock() != null;
      return held;
    } catch (OverlappingFileLockException e) {
      return false; // another node of this process
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + path, e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
