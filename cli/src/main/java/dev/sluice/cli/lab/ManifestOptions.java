package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.ManifestFiles;
import dev.sluice.cli.Refusal;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.Manifest;
import dev.sluice.lab.SupervisorClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code lab apply} and {@code lab delete} are told; a mixin of both. */
final class ManifestOptions {
  @Mixin private DataOption data;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "PATH",
      required = true,
      description = "A file or folder of manifests, - for stdin; may be given again.")
  private List<Path> paths;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "How long to wait for the nodes (default: ${DEFAULT-VALUE}).")
  private String timeout;

  /** Asks the supervisor to do this with the manifests; returns the exit status. */
  int ask(String op, CommandLine command) {
    Duration limit;
    try {
      limit = Request.duration(timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, "--timeout: " + e.getMessage());
    }
    LabHandle lab = data.lab();
    List<Manifest> manifests = Manifest.read(paths);
    if (manifests.isEmpty()) {
      throw new Refusal("There is no object in " + ManifestFiles.names(paths));
    }
    return new SupervisorClient(lab, command.getOut(), command.getErr())
        .ask(Request.withManifests(op, manifests, limit), value -> {});
  }
}
