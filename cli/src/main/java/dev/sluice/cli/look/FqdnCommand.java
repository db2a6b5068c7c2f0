package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.Table;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.FqdnAddress;
import dev.sluice.schemas.FqdnName;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.Selector;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
   */
  private record Row(
      String endpoint,
      String source,
      String reason,
      String selector,
      String name,
      String ip,
      long ttlSeconds,
      int identity) {}

  private static List<Row> read(LabTopics topics, long nowMillis) {
    List<FqdnSelector> selectors =
        topics.latest(Topics.DESIRED).values().stream()
            .map(DesiredRow::getEntry)
            .filter(Selector.class::isInstance)
            .map(entry -> NameSelectors.read(((Selector) entry).getText()))
            .flatMap(java.util.Optional::stream)
            .sorted()
            .toList();
    List<Row> rows = new ArrayList<>();
    topics.latest(Topics.FQDNS).values().stream()
        .map(FqdnRow::getEntry)
        .filter(FqdnAddress.class::isInstance)
        .map(FqdnAddress.class::cast)
        .forEach(address -> add(rows, address, selectors, nowMillis));
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
      List<String> matching =
          selectors.stream()
              .filter(selector -> selector.matches(name.getName()))
              .map(FqdnSelector::text)
              .distinct()
              .toList();
      long left = Math.max(0, (name.getUntil() - nowMillis + 999) / 1000);
      for (String selector : matching.isEmpty() ? List.of("") : matching) {
        rows.add(
            new Row(
                name.getEndpointAddress(),
                name.getEndpoint(),
                left > 0 ? "lookup" : "connection",
                selector,
                name.getName(),
                address.getAddress(),
                left,
                address.getIdentity()));
      }
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
                row.reason().equals("lookup") ? row.ttlSeconds() + "s" : "connection"));
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
    @Mixin OutputOptions output;

    @Option(
        names = {"-p", "--matchpattern"},
        description = "Only names that this pattern matches.")
    String pattern;

    @Option(
        names = {"-e", "--endpoint"},
        description = "Only what this pod (NS/POD or address) asked for.")
    String endpoint;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<Row> rows =
            read(topics, System.currentTimeMillis()).stream()
                .filter(row -> pattern == null || FqdnSelector.pattern(pattern).matches(row.name()))
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
