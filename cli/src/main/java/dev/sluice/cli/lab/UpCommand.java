package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.ManifestFiles;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.Version;
import dev.sluice.cli.look.Reach;
import dev.sluice.ingest.ConfiguredSettings;
import dev.sluice.lab.LabFailure;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Preflight;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice lab up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Start a lab: Kafka, every component, nodes and pods; Ctrl-C takes it down.")
final class UpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "PATH",
      description = "A file or folder of manifests to apply once everything runs.")
  private List<Path> paths = List.of();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many nodes (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--detach",
      description = "Return when every pod runs and its policy is realised; the lab goes on.")
  private boolean detach;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "A setting of every process; may be given again.")
  private List<String> settings = List.of();

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,…",
      defaultValue = "",
      description = "Use this Kafka instead of one of the lab's own.")
  private String bootstrapServers;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      defaultValue = "",
      description = "The schema registry of that Kafka.")
  private String registry;

  @Override
  public Integer call() throws Exception {
    LabOptions options = options();
    Preflight.check();
    ManifestFiles.list(options.manifests());
    if (!options.ownBroker()) {
      Reach.check(
          Settings.defaults()
              .with(Setting.KAFKA_BOOTSTRAP_SERVERS, bootstrapServers)
              .with(Setting.SCHEMA_REGISTRY_URL, registry),
          "is it running, and is that its address?");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      return detach
          ? new DetachedLab(options, out, err).up()
          : new ForegroundLab(options, out, err).up();
    } catch (LabFailure e) {
      throw new Refusal(e.getMessage(), e);
    }
  }

  private LabOptions options() {
    if (nodes < 1 || nodes > 99) {
      throw new ParameterException(spec.commandLine(), "--nodes takes 1 to 99, not " + nodes);
    }
    if (bootstrapServers.isEmpty() != registry.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--bootstrap-servers and --registry are given together or not at all");
    }
    try {
      ConfiguredSettings.object(Settings.defaults().with(settings));
    } catch (SettingsException e) {
      throw new ParameterException(spec.commandLine(), "--set: " + e.getMessage());
    }
    List<Path> absolute = new ArrayList<>();
    paths.forEach(path -> absolute.add(path.toAbsolutePath().normalize()));
    return new LabOptions(
        data.path(), nodes, absolute, List.copyOf(settings), bootstrapServers, registry);
  }
}
