package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.cli.Group;
import dev.sluice.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice bpf lb}. */
@Command(
    name = "lb",
    mixinStandardHelpOptions = true,
    description = "Services and their backends.",
    subcommands = BpfLb.ListAll.class)
final class BpfLb extends Group {
  /** {@code sluice bpf lb list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the frontends that the node knows, with the backends it uses, by slot.")
  static final class ListAll extends BpfCommand.Dump {
    @Override
    String map() {
      return "lb";
    }

    @Override
    Table table(ArrayNode entries) {
      Table table = new Table("NODE", "SERVICE ADDRESS", "ID", "BACKEND ADDRESS (SLOT)");
      for (JsonNode entry : entries) {
        table.row(
            entry.path("node").asText(),
            ServiceCommand.socket(
                entry.path("address").asText(),
                entry.path("port").asInt(),
                entry.path("protocol").asInt()),
            entry.path("id").asInt(),
            backends(entry));
      }
      return table;
    }

    /** What traffic from outside gets is shown where it is not what sockets get. */
    private static String backends(JsonNode entry) {
      List<String> lines = new ArrayList<>(slots(entry.path("inside"), ""));
      JsonNode outside = entry.path("outside");
      if (!outside.isEmpty() && !outside.equals(entry.path("inside"))) {
        lines.addAll(slots(outside, " from outside"));
      }
      return String.join("\n", lines);
    }

    private static List<String> slots(JsonNode backends, String suffix) {
      List<String> lines = new ArrayList<>();
      for (JsonNode backend : backends) {
        lines.add(backend.asText() + " (" + (lines.size() + 1) + ")" + suffix);
      }
      return lines;
    }
  }
}
