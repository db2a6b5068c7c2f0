package dev.sluice.cli.ask;

import dev.sluice.cli.ManifestFiles;
import dev.sluice.cli.Refusal;
import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.manifest.ManifestReader;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The manifest files that {@code -f} names; a mixin of every command that reads some. */
public final class ManifestInputs {
  @Option(
      names = {"-f", "--filename"},
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Files and folders of manifests, - for stdin; all of them together are the cluster.")
  private List<Path> paths;

  /**
   * Reads them all, called as the user called them.
   *
   * @throws Refusal when a path does not exist or cannot be read, or there is no object in any
   */
  List<ManifestFile> read() {
    return read(paths);
  }

  static List<ManifestFile> read(List<Path> paths) {
    List<ManifestFile> read =
        ManifestFiles.read(paths).stream()
            .map(file -> ManifestReader.read(file.name(), file.bytes()))
            .toList();
    if (read.stream().allMatch(file -> file.manifests().isEmpty() && file.problems().isEmpty())) {
      throw new Refusal("There is no object in " + ManifestFiles.names(paths));
    }
    return read;
  }
}
