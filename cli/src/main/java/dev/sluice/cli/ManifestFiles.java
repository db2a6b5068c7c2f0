package dev.sluice.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files that {@code -f PATH…} names: a file whatever it is called, of a folder and the folders
 * in it what is called as manifests are, and {@code -} for the standard input. The same for every
 * command. Stateless.
 */
public final class ManifestFiles {
  private static final Path STDIN = Path.of("-");
  private static final String MANIFEST = ".*\\.(ya?ml|json)";

  /** Files that belong to tools which make manifests and are none themselves. */
  private static final String OF_TOOLS = "(kustomization|Kustomization)\\.ya?ml";

  /**
   * A file that was read.
   *
   * @param name as the user calls it; {@code stdin} for the standard input
   */
  public record Content(String name, byte[] bytes) {}

  private ManifestFiles() {}

  /**
   * Reads them all, those of a folder by name; a file that several paths name counts once.
   *
   * @throws Refusal when a path does not exist or cannot be read, or a folder has no manifests
   */
  public static List<Content> read(List<Path> paths) {
    List<Content> read = new ArrayList<>();
    for (Path file : list(paths)) {
      try {
        read.add(
            file.equals(STDIN)
                ? new Content("stdin", System.in.readAllBytes())
                : new Content(file.normalize().toString(), Files.readAllBytes(file)));
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
    return read;
  }

  /**
   * What {@link #read} would read.
   *
   * @throws Refusal when a path does not exist, or a folder cannot be listed or has no manifests
   */
  public static List<Path> list(List<Path> paths) {
    Map<Path, Path> files = new LinkedHashMap<>();
    for (Path path : paths) {
      for (Path file : Files.isDirectory(path) ? ofFolder(path) : List.of(path)) {
        files.putIfAbsent(identity(file), file);
      }
    }
    return List.copyOf(files.values());
  }

  /** The sentence's end that names the paths, for whoever finds nothing in them. */
  public static String names(List<Path> paths) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  private static List<Path> ofFolder(Path folder) {
    try (Stream<Path> found = Files.walk(folder)) {
      List<Path> files =
          found
              .filter(Files::isRegularFile)
              .filter(file -> isManifest(file.getFileName().toString()))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new Refusal(
            "There are no manifests in folder " + folder + ": they end in .yaml, .yml or .json");
      }
      return files;
    } catch (UncheckedIOException e) {
      throw unreadable(folder, e.getCause());
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static boolean isManifest(String name) {
    return name.matches(MANIFEST) && !name.matches(OF_TOOLS);
  }

  /** By which a file is known under its several names; pipes have one name. */
  private static Path identity(Path file) {
    if (file.equals(STDIN)) {
      return file;
    }
    if (!Files.exists(file)) {
      throw new Refusal("There is no file or folder " + file);
    }
    try {
      return Files.isRegularFile(file) ? file.toRealPath() : file.toAbsolutePath();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static Refusal unreadable(Path file, IOException e) {
    String why = e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
    return new Refusal("Cannot read " + file + ": " + why, e);
  }
}
