package dev.sluice.node.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The bpf filesystem, where pins live. */
public final class BpfFs {
  private static final Path ROOT = Path.of("/sys/fs/bpf");

  private BpfFs() {}

  /**
   * Makes a directory for pins, mounting the filesystem on {@code /sys/fs/bpf} when it is not.
   *
   * @throws BpfException when the path is not on a bpf filesystem
   */
  public static synchronized void ensure(Path directory) {
    try {
      if (directory.startsWith(ROOT) && !isBpf(ROOT)) {
        Libc.mountBpf(ROOT.toString());
      }
      Files.createDirectories(directory);
      if (!isBpf(directory)) {
        throw new BpfException(directory + " is not on a bpf filesystem", 0);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the pin directory " + directory, e);
    }
  }

  private static boolean isBpf(Path path) throws IOException {
    return Files.exists(path) && Files.getFileStore(path).type().equals("bpf");
  }

  /** Removes a directory of pins and all in it; nothing there is fine. */
  public static void remove(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> found = Files.walk(directory)) {
      List<Path> children = found.sorted(Comparator.reverseOrder()).toList();
      for (Path child : children) {
        Files.deleteIfExists(child);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove pins under " + directory, e);
    }
  }
}
