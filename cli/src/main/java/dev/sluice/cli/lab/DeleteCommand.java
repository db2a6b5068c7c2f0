package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Version;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.Manifest;
import dev.sluice.lab.SupervisorClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice lab delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Remove these objects from the lab; returns when every node has followed.")
final class DeleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "PATH",
      required = true,
      description = "A file or folder of manifests; may be given again.")
  private List<Path> paths;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "How long to wait for the nodes (default: ${DEFAULT-VALUE}).")
  private String timeout;

  @Override
  public Integer call() {
    Duration limit;
    try {
      limit = Request.duration(timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--timeout: " + e.getMessage());
    }
    LabHandle lab = data.lab();
    SupervisorClient supervisor =
        new SupervisorClient(lab, spec.commandLine().getOut(), spec.commandLine().getErr());
    return supervisor.ask(
        Request.withManifests("delete", Manifest.read(paths), limit), value -> {});
  }
}
