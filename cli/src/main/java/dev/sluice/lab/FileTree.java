package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Files of the lab: whole or not at all, and never root's in somebody's checkout. */
final class FileTree {
  private FileTree() {}

  /** Writes a file so that a reader sees all of it or the one before. */
  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Path part = file.resolveSibling("." + file.getFileName() + ".part");
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Removes a file or a directory with all in it; what is not there is no error. */
  static void delete(Path root) {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (Path path : below(root)) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot remove " + path, e);
      }
    }
  }

  /** Under sudo: makes everything below the property of the one who typed it. */
  static void giveBack(Path root) {
    String user = System.getenv("SUDO_UID");
    String group = System.getenv("SUDO_GID");
    if (user == null || group == null || !Files.exists(root)) {
      return;
    }
    for (Path path : below(root)) {
      try {
        Files.setAttribute(path, "unix:uid", Integer.parseInt(user), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", Integer.parseInt(group), LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        // A file that a process has just removed.
      }
    }
  }

  private static List<Path> below(Path root) {
    try (Stream<Path> found = Files.walk(root)) {
      return found.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + root, e);
    }
  }
}
