package dev.sluice.cli.look;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.output.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice endpoint list|get}. */
@Command(
    name = "endpoint",
    mixinStandardHelpOptions = true,
    description = "Endpoints: pods with their identity and enforcement state.",
    subcommands = {EndpointCommand.ListAll.class, EndpointCommand.Get.class})
final class EndpointCommand extends Group {
  private static Table table(List<EndpointView> endpoints) {
    Table table =
        new Table(
            "ENDPOINT",
            "POD",
            "NODE",
            "IDENTITY",
            "LABELS",
            "INGRESS",
            "EGRESS",
            "REVISION",
            "STATUS");
    for (EndpointView view : endpoints) {
      table.row(
          view.endpoint().getId(),
          view.name(),
          view.endpoint().getNode(),
          RuleText.identity(view.endpoint().getIdentity()),
          String.join("\n", view.endpoint().getLabels()),
          view.ingressEnforced() ? "Enabled" : "Disabled",
          view.egressEnforced() ? "Enabled" : "Disabled",
          view.realizedRevision(),
          view.state());
    }
    return table;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists endpoints with their identity and enforcement state.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private NamespaceOptions namespaces;
    @Mixin private OutputOptions output;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<EndpointView> endpoints =
            ClusterView.read(topics).endpoints().stream()
                .filter(view -> namespaces.shows(view.endpoint().getNamespace()))
                .toList();
        output.print(() -> table(endpoints), () -> EndpointJson.array(endpoints));
      }
      return 0;
    }
  }

  @Command(
      name = "get",
      mixinStandardHelpOptions = true,
      description = "One endpoint with the policy loaded for it; JSON unless -o says otherwise.")
  static final class Get implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private OutputOptions output;

    @Parameters(
        paramLabel = "ID|NS/POD",
        description = "The endpoint's number, or its pod's namespace and name.")
    private String wanted;

    @Override
    public Integer call() {
      output.byDefault("json");
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<EndpointView> found =
            ClusterView.read(topics).endpoints().stream().filter(this::isWanted).toList();
        if (found.isEmpty()) {
          throw new Refusal(
              "There is no endpoint '" + wanted + "': 'sluice endpoint list' shows them all");
        }
        output.print(() -> table(found), () -> EndpointJson.array(found));
      }
      return 0;
    }

    private boolean isWanted(EndpointView view) {
      return wanted.equals(view.name()) || wanted.equals("" + view.endpoint().getId());
    }
  }
}
