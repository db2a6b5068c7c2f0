package dev.sluice.cli.ask;

import dev.sluice.cli.Refusal;
import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The manifest files that {@code -f} names; a mixin of every command that reads some. */
public final class ManifestInputs {
  private static final String MANIFEST = ".*\\.(ya?ml|json)";

  /** Files that belong to tools which make manifests and are none themselves. */
  private static final String OF_TOOLS = "(kustomization|Kustomization)\\.ya?ml";

  @Option(
      names = {"-f", "--filename"},
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files and folders of manifests; all of them together are the cluster.")
  private List<Path> paths;

  /**
   * Reads them all; a file that several paths name counts once. Files are called as the user called
   * them.
   *
   * @throws Refusal when a path does not exist or cannot be read
   */
  List<ManifestFile> read() {
    return read(paths);
  }

  static List<ManifestFile> read(List<Path> paths) {
    Map<Path, Path> files = new LinkedHashMap<>();
    for (Path path : paths) {
      for (Path file : files(path)) {
        try {
          files.putIfAbsent(file.toRealPath(), file);
        } catch (IOException e) {
          throw new Refusal("Cannot read " + file + ": " + e.getMessage(), e);
        }
      }
    }
    List<ManifestFile> read = new ArrayList<>();
    for (Path file : files.values()) {
      try {
        read.add(ManifestReader.read(file.normalize().toString(), Files.readAllBytes(file)));
      } catch (IOException e) {
        throw new Refusal("Cannot read " + file + ": " + e.getMessage(), e);
      }
    }
    return read;
  }

  private static List<Path> files(Path path) {
    if (!Files.exists(path)) {
      throw new Refusal("There is no file or folder " + path);
    }
    try (Stream<Path> found = Files.walk(path)) {
      return found
          .filter(Files::isRegularFile)
          .filter(file -> file.equals(path) || isManifest(file.getFileName().toString()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new Refusal("Cannot list " + path + ": " + e.getMessage(), e);
    }
  }

  private static boolean isManifest(String name) {
    return name.matches(MANIFEST) && !name.matches(OF_TOOLS);
  }
}
