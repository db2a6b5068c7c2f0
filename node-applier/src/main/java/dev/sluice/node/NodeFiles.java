package dev.sluice.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process of a node leaves to the next one, beside the node's socket.
 *
 * @param socket of the node
 */
record NodeFiles(Path socket) {
  /** Held by the process that works on the node. */
  Path lock() {
    return beside(".lock");
  }

  /** What was read of the topics. */
  Path rows() {
    return beside(".rows");
  }

  /** What was answered and no topic holds. */
  Path answers() {
    return beside(".answers");
  }

  private Path beside(String ending) {
    return socket.resolveSibling(socket.getFileName() + ending);
  }

  /** Removes them all; what is not there is fine. */
  void delete() {
    try {
      for (Path file : List.of(lock(), rows(), answers())) {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".new"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove what lies beside " + socket, e);
    }
  }
}
