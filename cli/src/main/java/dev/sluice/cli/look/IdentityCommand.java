package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.output.Table;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.label.Label;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.FqdnAddress;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.FqdnSet;
import dev.sluice.schemas.Identity;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.Selector;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice identity list|get}. */
@Command(
    name = "identity",
    mixinStandardHelpOptions = true,
    description = "Identities: the numbers of label sets.",
    subcommands = {IdentityCommand.ListAll.class, IdentityCommand.Get.class})
final class IdentityCommand extends Group {
  /**
   * One identity.
   *
   * @param endpoints how many endpoints have it
   */
  private record Row(int number, List<String> labels, long endpoints) {
    String id() {
      return RuleText.identity(number);
    }
  }

  private static List<Row> read(LabTopics topics) {
    Map<Integer, Long> counts =
        topics.latest(Topics.ENDPOINTS).values().stream()
            .map(EndpointRow::getEntry)
            .filter(Endpoint.class::isInstance)
            .map(Endpoint.class::cast)
            .collect(Collectors.groupingBy(Endpoint::getIdentity, Collectors.counting()));
    List<Row> rows = new ArrayList<>();
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      if (reserved != ReservedIdentity.UNKNOWN) {
        List<String> labels =
            reserved.labels().labels().stream().map(Label::toString).sorted().toList();
        rows.add(new Row(reserved.number(), labels, counts.getOrDefault(reserved.number(), 0L)));
      }
    }
    topics.latest(Topics.IDENTITIES).values().stream()
        .map(IdentityRow::getEntry)
        .filter(Identity.class::isInstance)
        .map(Identity.class::cast)
        .filter(identity -> ReservedIdentity.of(identity.getNumber()).isEmpty())
        .map(
            identity ->
                new Row(
                    identity.getNumber(),
                    identity.getLabels(),
                    counts.getOrDefault(identity.getNumber(), 0L)))
        .sorted(Comparator.comparingInt(Row::number))
        .forEach(rows::add);
    rows.addAll(named(topics));
    return rows;
  }

  /** Identities of learned addresses; their labels are what selects their names. */
  private static List<Row> named(LabTopics topics) {
    Map<String, String> texts = new HashMap<>();
    for (DesiredRow row : topics.latest(Topics.DESIRED).values()) {
      if (row.getEntry() instanceof Selector selector) {
        NameSelectors.read(selector.getText())
            .ifPresent(names -> texts.put(selector.getId(), "fqdn:" + names.text()));
      }
    }
    List<FqdnRow> all = List.copyOf(topics.latest(Topics.FQDNS).values());
    Set<Integer> carried =
        all.stream()
            .map(FqdnRow::getEntry)
            .filter(FqdnAddress.class::isInstance)
            .map(entry -> ((FqdnAddress) entry).getIdentity())
            .collect(Collectors.toSet());
    return all.stream()
        .map(FqdnRow::getEntry)
        .filter(FqdnSet.class::isInstance)
        .map(FqdnSet.class::cast)
        .filter(set -> carried.contains(set.getIdentity()))
        .map(
            set ->
                new Row(
                    set.getIdentity(),
                    set.getSelectors().stream().map(id -> texts.getOrDefault(id, id)).toList(),
                    0))
        .sorted(Comparator.comparingInt(Row::number))
        .toList();
  }

  private static Table table(List<Row> rows) {
    Table table = new Table("ID", "LABELS", "ENDPOINTS");
    rows.forEach(row -> table.row(row.id(), String.join("\n", row.labels()), row.endpoints()));
    return table;
  }

  private static ArrayNode json(List<Row> rows) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Row row : rows) {
      ObjectNode json = array.addObject();
      json.put("id", row.number());
      json.set("labels", EndpointJson.texts(row.labels()));
      json.put("endpoints", row.endpoints());
    }
    return array;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists identities, reserved ones by name, with how many endpoints have them.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private OutputOptions output;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<Row> rows = read(topics);
        output.print(() -> table(rows), () -> json(rows));
      }
      return 0;
    }
  }

  @Command(name = "get", mixinStandardHelpOptions = true, description = "One identity.")
  static final class Get implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private OutputOptions output;

    @Parameters(paramLabel = "ID", description = "Its number, or a reserved one's name.")
    private String wanted;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<Row> rows =
            read(topics).stream()
                .filter(row -> wanted.equals(row.id()) || wanted.equals("" + row.number()))
                .toList();
        if (rows.isEmpty()) {
          throw new Refusal(
              "There is no identity '" + wanted + "': 'sluice identity list' shows them all");
        }
        output.print(() -> table(rows), () -> json(rows));
      }
      return 0;
    }
  }
}
