package dev.sluice.cli.ask;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.Table;
import dev.sluice.core.oracle.Request;
import dev.sluice.core.oracle.World;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice policy explain}. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Says whether policy allows some traffic, and which rules say so, with file and line.")
public final class ExplainCommand implements Callable<Integer> {
  private static final int SHOWN = 5;

  /** What somebody expects. */
  private enum Expected {
    ALLOW,
    DENY
  }

  @Spec private CommandSpec spec;
  @Mixin private ManifestInputs inputs;
  @Mixin private OutputOptions output;
  @Mixin private DnsOption dns;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PEER",
      description = "Who sends: NS/POD, an IP address, or a name given with --dns.")
  private String from;

  @Option(names = "--to", required = true, paramLabel = "PEER", description = "Who is to get it.")
  private String to;

  @Option(
      names = "--port",
      required = true,
      converter = Traffic.Converter.class,
      paramLabel = "PORT/PROTOCOL",
      description = "8080/TCP, 53/UDP; 8/ICMP is a type.")
  private Traffic port;

  @Mixin private RequestOptions request;

  @Option(
      names = "--expect",
      paramLabel = "allow|deny",
      description = "Exit with status 1 when the verdict is another.")
  private Expected expected;

  @Override
  public Integer call() {
    OfflineWorld world = OfflineWorld.of(inputs.read());
    if (!Warnings.print(world, spec)) {
      return 1;
    }
    Parties parties = dns.parties(world);
    Explanation explanation = explain(world, parties, parties.find(from), parties.find(to));
    if (output.isTable()) {
      print(explanation);
    } else {
      output.print(() -> new Table(), () -> json(explanation));
    }
    if (expected != null && explanation.allow() != (expected == Expected.ALLOW)) {
      spec.commandLine()
          .getErr()
          .println(
              "Expected " + word(expected) + ", and policy says " + verdict(explanation.allow()));
      spec.commandLine().getErr().flush();
      return 1;
    }
    return 0;
  }

  private Explanation explain(OfflineWorld world, Parties parties, Party sender, Party getter) {
    Request said = request.request();
    dns.warn(world, parties, List.of(sender), spec);
    Explanation nodes = Explanation.of(world, sender, getter, port);
    if (said == null) {
      return nodes;
    }
    Set<World.Mechanism> all = EnumSet.allOf(World.Mechanism.class);
    OracleEngine language = new OracleEngine(world, parties, all, said);
    Explanation explained = Explanation.of(world, language, sender, getter, port);
    spec.commandLine()
        .getErr()
        .printf(
            "warning: no node looks into %s yet: this is what the policies say, and nodes %s%n",
            request.what(), nodes.allow() ? "let the connection through" : "drop the connection");
    spec.commandLine().getErr().flush();
    return explained;
  }

  private void print(Explanation explanation) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s → %s %s: %s%n", from, to, port, verdict(explanation.allow()));
    print(out, "egress of " + from, "to", to, explanation.egress());
    print(out, "ingress of " + to, "from", from, explanation.ingress());
    out.flush();
  }

  private void print(
      PrintWriter out, String title, String word, String peer, Explanation.Side side) {
    out.printf("  %s: %s, %s%n", title, verdict(side.allow()), side.how().words);
    side.sources().forEach(source -> out.println("    " + source));
    if (side.how() != Explanation.How.DEFAULT_DENY) {
      return;
    }
    if (side.needed().isEmpty()) {
      out.printf(
          "    no rule allows anything %s anybody: add one %s %s on %s%n", word, word, peer, port);
      return;
    }
    out.println("    allowed would be:");
    for (Explanation.Nearest needed : side.needed().stream().limit(SHOWN).toList()) {
      out.printf(
          "      %s %s%s on %s%s: %s%n",
          word,
          needed.peer(),
          needed.peerMatches() ? " (matches)" : "",
          needed.port(),
          needed.portMatches() ? " (matches)" : "",
          String.join(", ", needed.rules().stream().map(Object::toString).toList()));
    }
    if (side.needed().size() > SHOWN) {
      out.printf("      and %d more (-o json shows them)%n", side.needed().size() - SHOWN);
    }
  }

  private ObjectNode json(Explanation explanation) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("from", from);
    json.put("to", to);
    json.put("port", port.toString());
    side(json.putObject("egress"), explanation.egress());
    side(json.putObject("ingress"), explanation.ingress());
    json.put("verdict", verdict(explanation.allow()));
    return json;
  }

  private static void side(ObjectNode json, Explanation.Side side) {
    json.put("verdict", verdict(side.allow()));
    json.put("reason", side.how().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    boolean rules = side.how() == Explanation.How.RULES || side.how() == Explanation.How.REQUEST;
    sources(json.putArray("rules"), rules ? side.sources() : List.of());
    sources(json.putArray("enforcedBy"), rules ? List.of() : side.sources());
    ArrayNode needed = json.putArray("needed");
    for (Explanation.Nearest one : side.needed()) {
      ObjectNode object = needed.addObject();
      object.put("peer", one.peer());
      object.put("port", one.port());
      object.put("peerMatches", one.peerMatches());
      object.put("portMatches", one.portMatches());
      sources(object.putArray("rules"), one.rules());
    }
  }

  private static void sources(ArrayNode array, List<Explanation.Source> sources) {
    for (Explanation.Source source : sources) {
      String[] key = source.policy().split("/", 3);
      ObjectNode one = array.addObject();
      one.put("kind", key[0]);
      one.put("namespace", key[1]);
      one.put("name", key[2]);
      one.put("path", source.path());
      one.put("file", source.place().file());
      one.put("line", source.place().line());
    }
  }

  private static String verdict(boolean allow) {
    return Verdict.word(allow);
  }

  private static String word(Expected expected) {
    return expected.name().toLowerCase(Locale.ROOT);
  }
}
