package dev.sluice.cli.ask;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice policy matrix}. */
@Command(
    name = "matrix",
    mixinStandardHelpOptions = true,
    description = "Who may talk to whom: a verdict for every pair of pods and every port.")
public final class MatrixCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ManifestInputs inputs;
  @Mixin private OutputOptions output;
  @Mixin private DnsOption dns;

  @Option(
      names = "--port",
      required = true,
      arity = "1..*",
      split = ",",
      converter = Traffic.Converter.class,
      paramLabel = "PORT/PROTOCOL",
      description = "Ports to ask for: 80/TCP, 53/UDP; 8/ICMP is a type.")
  private List<Traffic> ports;

  @Option(
      names = "--peer",
      arity = "1..*",
      split = ",",
      paramLabel = "IP",
      description = "Addresses that every pod is paired with, both ways.")
  private List<String> peers = List.of();

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      defaultValue = "compiled",
      description = "compiled, oracle or kernel (needs root).")
  private Engine.Name engine;

  /** One line of the answer. */
  private record Row(Party from, Party to, Traffic port, Verdict verdict) {}

  @Override
  public Integer call() {
    OfflineWorld world = OfflineWorld.of(inputs.read());
    if (!Warnings.print(world, spec)) {
      return 1;
    }
    Parties parties = dns.parties(world);
    List<Party> pods = world.pods().values().stream().map(Party::of).toList();
    dns.warn(world, parties, pods, spec);
    List<Party> others = peers.stream().map(parties::find).toList();
    List<Row> rows = new ArrayList<>();
    try (Engine judge = Engine.open(engine, world, parties)) {
      for (Party from : pods) {
        for (Party to : pods) {
          add(rows, judge, from, to);
        }
        for (Party other : others) {
          add(rows, judge, from, other);
          add(rows, judge, other, from);
        }
      }
    }
    output.print(() -> table(rows), () -> json(pods, rows));
    return 0;
  }

  private void add(List<Row> rows, Engine judge, Party from, Party to) {
    for (Traffic port : ports) {
      rows.add(new Row(from, to, port, Verdict.of(judge, from, to, port)));
    }
  }

  private static Table table(List<Row> rows) {
    Table table = new Table("FROM", "TO", "PORT", "EGRESS", "INGRESS", "VERDICT");
    for (Row row : rows) {
      table.row(
          row.from.name(),
          row.to.name(),
          row.port,
          Verdict.word(row.verdict.egress()),
          Verdict.word(row.verdict.ingress()),
          Verdict.word(row.verdict.allow()));
    }
    return table;
  }

  private ObjectNode json(List<Party> pods, List<Row> rows) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode names = json.putArray("pods");
    pods.forEach(pod -> names.add(pod.name()));
    ArrayNode asked = json.putArray("ports");
    ports.forEach(port -> asked.add(port.toString()));
    ArrayNode results = json.putArray("results");
    for (Row row : rows) {
      ObjectNode one = results.addObject();
      one.put("from", row.from.name());
      one.put("to", row.to.name());
      one.put("port", row.port.toString());
      one.put("egress", Verdict.word(row.verdict.egress()));
      one.put("ingress", Verdict.word(row.verdict.ingress()));
      one.put("verdict", Verdict.word(row.verdict.allow()));
    }
    return json;
  }
}
