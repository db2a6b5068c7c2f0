package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.Table;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.LabState;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code sluice bpf policy|ipcache|ct|lb|nat list}: what the nodes' kernels hold, asked from them.
 */
@Command(
    name = "bpf",
    mixinStandardHelpOptions = true,
    description = "What the kernel of each node holds.",
    subcommands = {
      BpfCommand.Policy.class,
      BpfCommand.IpCache.class,
      BpfCommand.Ct.class,
      BpfLb.class,
      BpfNat.class
    })
final class BpfCommand extends Group {
  /** The part that the maps share: asking the nodes and joining their answers. */
  abstract static class Dump implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private OutputOptions output;

    @Option(
        names = "--node",
        paramLabel = "N",
        description = "Only this node, by name or number (default: all).")
    private String node;

    abstract String map();

    abstract Table table(ArrayNode entries);

    @Override
    public Integer call() {
      LabHandle lab = data.lab();
      List<LabState.Node> nodes = node == null ? lab.state().nodes() : List.of(lab.node(node));
      ArrayNode entries = JsonNodeFactory.instance.arrayNode();
      for (LabState.Node asked : nodes) {
        try (NodeSocket socket = NodeSocket.open(asked)) {
          ObjectNode request = JsonNodeFactory.instance.objectNode();
          request.put("op", "dump").put("map", map());
          for (JsonNode entry : socket.ask(request).path("entries")) {
            ObjectNode withNode = entries.addObject().put("node", asked.name());
            withNode.setAll((ObjectNode) entry);
          }
        }
      }
      output.print(() -> table(entries), () -> entries);
      return 0;
    }
  }

  private static Table filled(Table table, ArrayNode entries, Function<JsonNode, Object[]> row) {
    entries.forEach(entry -> table.row(row.apply(entry)));
    return table;
  }

  private static String texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining("\n"));
  }

  private static String identity(JsonNode number) {
    return RuleText.identity(number.asInt());
  }

  /** {@code sluice bpf policy}. */
  @Command(
      name = "policy",
      mixinStandardHelpOptions = true,
      description = "Policy entries.",
      subcommands = PolicyList.class)
  static final class Policy extends Group {}

  /** {@code sluice bpf ipcache}. */
  @Command(
      name = "ipcache",
      mixinStandardHelpOptions = true,
      description = "Addresses and their identities.",
      subcommands = IpCacheList.class)
  static final class IpCache extends Group {}

  /** {@code sluice bpf ct}. */
  @Command(
      name = "ct",
      mixinStandardHelpOptions = true,
      description = "Tracked connections.",
      subcommands = CtList.class)
  static final class Ct extends Group {}

  /** {@code sluice bpf policy list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the policy map: who may talk to whom, by identity.")
  static final class PolicyList extends Dump {
    @Override
    String map() {
      return "policy";
    }

    @Override
    Table table(ArrayNode entries) {
      return filled(
          new Table(
              "NODE",
              "SUBJECT",
              "DIRECTION",
              "PEER",
              "PORT/PROTO",
              "POLICY",
              "PROXY PORT",
              "DERIVED FROM"),
          entries,
          e ->
              new Object[] {
                e.path("node").asText(),
                identity(e.path("subject")),
                e.path("direction").asText(),
                e.path("peer").asInt() == 0 ? "*" : identity(e.path("peer")),
                RuleText.port(
                    e.path("protocol").asInt(),
                    e.path("portFirst").asInt(),
                    e.path("portLast").asInt()),
                e.path("verdict").asText(),
                e.path("proxyPort").asInt() == 0 ? "NONE" : e.path("proxyPort").asText(),
                texts(e.path("policies"))
              });
    }
  }

  /** {@code sluice bpf ipcache list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the addresses that the node knows.")
  static final class IpCacheList extends Dump {
    @Override
    String map() {
      return "ipcache";
    }

    @Override
    Table table(ArrayNode entries) {
      return filled(
          new Table("NODE", "IP PREFIX/ADDRESS", "IDENTITY", "TUNNEL ENDPOINT"),
          entries,
          e ->
              new Object[] {
                e.path("node").asText(),
                e.path("prefix").asText(),
                identity(e.path("identity")),
                e.path("tunnel").asText("")
              });
    }
  }

  /** {@code sluice bpf ct list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the connection table.")
  static final class CtList extends Dump {
    @Override
    String map() {
      return "ct";
    }

    @Override
    Table table(ArrayNode entries) {
      return filled(
          new Table(
              "NODE",
              "PROTO",
              "SOURCE",
              "DESTINATION",
              "IDENTITIES",
              "STATE",
              "EXPIRES",
              "PACKETS",
              "BYTES"),
          entries,
          e ->
              new Object[] {
                e.path("node").asText(),
                RuleText.protocol(e.path("protocol").asInt()),
                socket(e.path("source").asText(), e.path("sourcePort").asInt()),
                socket(e.path("destination").asText(), e.path("destinationPort").asInt()),
                identity(e.path("sourceIdentity")) + "->" + identity(e.path("destinationIdentity")),
                e.path("state").asText(),
                e.path("expiresSeconds").asLong() + "s",
                e.path("packets").asLong(),
                e.path("bytes").asLong()
              });
    }

    private static String socket(String address, int port) {
      return address.indexOf(':') < 0 ? address + ":" + port : "[" + address + "]:" + port;
    }
  }
}
