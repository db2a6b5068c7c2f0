package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.output.Table;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.lab.LabState;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.FqdnAddress;
import dev.sluice.schemas.FqdnName;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.Selector;
import dev.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice fqdn cache list}. */
@Command(
    name = "fqdn",
    mixinStandardHelpOptions = true,
    description = "Names that policies select, and their addresses.",
    subcommands = {FqdnCommand.Cache.class})
final class FqdnCommand extends Group {
  /**
   * One address of one name under one selector.
   *
   * @param endpoint address of the pod that asked last
   * @param source that pod, {@code namespace/name}
   * @param reason {@code lookup}, or {@code connection} when only connections keep it
   * @param ttlSeconds what is left, the floor applied; 0 when only connections keep it
   * @param alone whether it counts for that pod alone, since nobody trusts who answered
   */
  private record Row(
      String endpoint,
      String source,
      String reason,
      String selector,
      String name,
      String ip,
      long ttlSeconds,
      int identity,
      boolean alone) {
    /** Of the pod that asked. */
    String namespace() {
      return source.substring(0, Math.max(0, source.indexOf('/')));
    }

    static Row of(
        String pod,
        String podAddress,
        String selector,
        String name,
        String ip,
        long leftSeconds,
        int identity,
        boolean alone) {
      String reason = leftSeconds > 0 ? "lookup" : "connection";
      return new Row(podAddress, pod, reason, selector, name, ip, leftSeconds, identity, alone);
    }
  }

  private static List<FqdnSelector> selectors(LabTopics topics) {
    return topics.latest(Topics.DESIRED).values().stream()
        .map(DesiredRow::getEntry)
        .filter(Selector.class::isInstance)
        .map(entry -> NameSelectors.read(((Selector) entry).getText()))
        .flatMap(java.util.Optional::stream)
        .sorted()
        .toList();
  }

  private static List<String> matching(List<FqdnSelector> selectors, String name) {
    List<String> matching =
        selectors.stream()
            .filter(selector -> selector.matches(name))
            .map(FqdnSelector::text)
            .distinct()
            .toList();
    return matching.isEmpty() ? List.of("") : matching;
  }

  private static long leftSeconds(long untilMillis, long nowMillis) {
    return Math.max(0, (untilMillis - nowMillis + 999) / 1000);
  }

  /**
   * @param err told of nodes that do not answer
   */
  private static List<Row> read(LabTopics topics, LabState lab, long nowMillis, PrintWriter err) {
    List<FqdnSelector> selectors = selectors(topics);
    List<Row> rows = new ArrayList<>();
    topics.latest(Topics.FQDNS).values().stream()
        .map(FqdnRow::getEntry)
        .filter(FqdnAddress.class::isInstance)
        .map(FqdnAddress.class::cast)
        .forEach(address -> add(rows, address, selectors, nowMillis));
    lab.nodes().forEach(node -> addAlone(rows, node, selectors, nowMillis, err));
    rows.sort(
        Comparator.comparing(Row::source)
            .thenComparing(Row::selector)
            .thenComparing(Row::name)
            .thenComparing(Row::ip));
    return rows;
  }

  private static void add(
      List<Row> rows, FqdnAddress address, List<FqdnSelector> selectors, long nowMillis) {
    for (FqdnName name : address.getNames()) {
      for (String selector : matching(selectors, name.getName())) {
        rows.add(
            Row.of(
                name.getEndpoint(),
                name.getEndpointAddress(),
                selector,
                name.getName(),
                address.getAddress(),
                leftSeconds(name.getUntil(), nowMillis),
                address.getIdentity(),
                false));
      }
    }
  }

  /** No topic holds what counts for one pod alone: its node does. */
  private static void addAlone(
      List<Row> rows,
      LabState.Node node,
      List<FqdnSelector> selectors,
      long nowMillis,
      PrintWriter err) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("op", "dump").put("map", "names");
    try (NodeSocket socket = NodeSocket.open(node)) {
      for (JsonNode each : socket.ask(request).path("entries")) {
        String name = each.path("name").asText();
        for (String selector : matching(selectors, name)) {
          rows.add(
              Row.of(
                  each.path("pod").asText(),
                  each.path("podAddress").asText(),
                  selector,
                  name,
                  each.path("address").asText(),
                  leftSeconds(each.path("until").asLong(), nowMillis),
                  each.path("identity").asInt(),
                  true));
        }
      }
    } catch (Refusal e) {
      err.println(e.getMessage() + "; what only its pods were told is not listed.");
    }
  }

  private static Table table(List<Row> rows) {
    Table table = new Table("ENDPOINT", "SOURCE", "SELECTOR", "NAME", "IP", "TTL");
    rows.forEach(
        row ->
            table.row(
                row.endpoint(),
                row.source(),
                row.selector(),
                row.name(),
                row.ip(),
                (row.reason().equals("lookup") ? row.ttlSeconds() + "s" : "connection")
                    + (row.alone() ? " (for it alone)" : "")));
    return table;
  }

  private static ArrayNode json(List<Row> rows) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode json = array.addObject();
      json.put("endpoint", row.endpoint());
      json.put("pod", row.source());
      json.put("source", row.reason());
      json.put("selector", row.selector());
      json.put("fqdn", row.name());
      json.putArray("ips").add(row.ip());
      json.put("ttl", row.ttlSeconds());
      json.put("identity", row.identity());
      json.put("alone", row.alone());
    }
    return array;
  }

  /** {@code fqdn cache}. */
  @Command(
      name = "cache",
      mixinStandardHelpOptions = true,
      description = "What the cluster learned from answers that passed the proxies.",
      subcommands = {ListAll.class})
  static final class Cache extends Group {}

  /** {@code fqdn cache list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Every address that a name has.")
  static final class ListAll implements Callable<Integer> {
    @Mixin DataOption data;
    @Mixin NamespaceOptions namespaces;
    @Mixin OutputOptions output;
    @Spec CommandSpec spec;

    @Option(
        names = {"-p", "--matchpattern"},
        paramLabel = "PATTERN",
        description = "Only names that this pattern matches.")
    private void pattern(String asked) {
      if (!FqdnSelector.isPattern(asked)) {
        throw new ParameterException(
            spec.commandLine(),
            "--matchpattern '"
                + asked
                + "' is no pattern of DNS names: write "
                + FqdnSelector.PATTERN_SIGNS);
      }
      pattern = FqdnSelector.pattern(asked);
    }

    private FqdnSelector pattern;

    @Option(
        names = {"-e", "--endpoint"},
        paramLabel = "POD",
        description = "Only what this pod (NS/POD or address) asked for.")
    String endpoint;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<Row> rows =
            read(
                    topics,
                    data.lab().state(),
                    System.currentTimeMillis(),
                    spec.commandLine().getErr())
                .stream()
                .filter(row -> namespaces.shows(row.namespace()))
                .filter(row -> pattern == null || pattern.matches(row.name()))
                .filter(
                    row ->
                        endpoint == null
                            || endpoint.equals(row.source())
                            || endpoint.equals(row.endpoint()))
                .toList();
        output.print(() -> table(rows), () -> json(rows));
        return 0;
      }
    }
  }
}
