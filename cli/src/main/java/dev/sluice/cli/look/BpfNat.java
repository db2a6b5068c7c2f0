package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.cli.Group;
import dev.sluice.cli.output.Table;
import picocli.CommandLine.Command;

/** {@code sluice bpf nat}. */
@Command(
    name = "nat",
    mixinStandardHelpOptions = true,
    description = "Connections whose addresses are translated at the uplink.",
    subcommands = BpfNat.ListAll.class)
final class BpfNat extends Group {
  /** {@code sluice bpf nat list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description =
          "Lists what packets become: those for Services from outside the cluster, those that pods"
              + " send beyond it, and the replies of both.")
  static final class ListAll extends BpfCommand.Dump {
    @Override
    String map() {
      return "nat";
    }

    @Override
    Table table(ArrayNode entries) {
      Table table =
          new Table("NODE", "KIND", "PROTO", "SOURCE", "DESTINATION", "BECOMES", "SERVICE", "IDLE");
      for (JsonNode entry : entries) {
        table.row(
            entry.path("node").asText(),
            entry.path("kind").asText(),
            RuleText.protocol(entry.path("protocol").asInt()),
            entry.path("source").asText(),
            entry.path("destination").asText(),
            entry.path("newSource").asText() + " -> " + entry.path("newDestination").asText(),
            entry.path("service").asInt() == 0 ? "" : entry.path("service").asText(),
            entry.path("idleSeconds").asLong() + "s");
      }
      return table;
    }
  }
}
