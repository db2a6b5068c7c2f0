package dev.sluice.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to write a node's maps: one process has it at a time, and loses it when it ends,
 * however it ends.
 */
final class NodeLock implements AutoCloseable {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final FileChannel file;

  private NodeLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Waits for it.
   *
   * @throws IllegalStateException when another process keeps it
   */
  static NodeLock acquire(Path path) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      FileChannel file =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      long until = System.nanoTime() + PATIENCE_NANOS;
      while (!tryLock(file)) {
        if (System.nanoTime() - until > 0) {
          file.close();
          throw new IllegalStateException(
              "another node-applier works on this node: end the process that has "
                  + path
                  + " locked");
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return new NodeLock(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + path, e);
    }
  }

  private static boolean tryLock(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another node of this process
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
