package dev.sluice.cli.past;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which log a command reads: a lab's, or that of any Kafka; a mixin. */
public final class LogOptions {
  @Mixin private DataOption data;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,…",
      description = "Read this Kafka instead of a lab's.")
  private String bootstrapServers;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "The schema registry of that Kafka.")
  private String registry;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description =
          "A setting of the processes that wrote the log (topic.prefix, cluster.name, …).")
  private List<String> settings = List.of();

  /**
   * The topics; the caller closes them.
   *
   * @throws Refusal when there is no lab, or a setting is wrong
   */
  LabTopics open() {
    if (bootstrapServers == null) {
      return LabTopics.open(data.lab());
    }
    List<String> all = new ArrayList<>(settings);
    all.add("kafka.bootstrap.servers=" + bootstrapServers);
    if (registry != null) {
      all.add("schema.registry.url=" + registry);
    }
    try {
      return LabTopics.open(Settings.defaults().with(all));
    } catch (SettingsException e) {
      throw new Refusal(e.getMessage(), e);
    }
  }
}
