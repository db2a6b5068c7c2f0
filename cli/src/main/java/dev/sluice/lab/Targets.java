package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The places that {@code lab exec} can enter, a file each: namespace and cgroup on two lines.
 * Files, so that entering one costs no question to the supervisor. Names: {@code pod/NS/NAME},
 * {@code outside/NAME}, {@code node/N}.
 */
public final class Targets {
  private Targets() {}

  static void write(LabFiles files, String name, Sandbox sandbox) {
    Path file = files.targets().resolve(name);
    try {
      Files.createDirectories(file.getParent());
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.writeString(part, sandbox.netns() + "\n" + sandbox.cgroup() + "\n");
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void remove(LabFiles files, String name) {
    try {
      Files.deleteIfExists(files.targets().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sandbox of that name; empty when there is none. */
  public static Optional<Sandbox> find(LabFiles files, String name) {
    try {
      List<String> lines = Files.readAllLines(files.targets().resolve(name));
      return Optional.of(new Sandbox(lines.get(0), Path.of(lines.get(1))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
