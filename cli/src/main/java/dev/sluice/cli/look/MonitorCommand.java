package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.output.JsonText;
import dev.sluice.flows.hubble.L7Summary;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.LabState;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice monitor}: the dataplane's trace, packet by packet, only while it listens. */
@Command(
    name = "monitor",
    mixinStandardHelpOptions = true,
    description = "Prints what the dataplane does with each packet, until interrupted.")
final class MonitorCommand implements Callable<Integer> {
  private static final List<String> TYPES = List.of("drop", "policy-verdict", "trace", "l7");

  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Option(
      names = {"-t", "--type"},
      paramLabel = "TYPE",
      split = ",",
      description = "drop, policy-verdict, trace or l7; may be given several times (default: all).")
  private List<String> types = List.of();

  @Option(names = "--node", paramLabel = "N", description = "Only this node (default: all).")
  private String node;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "lines",
      description = "lines or json (default: ${DEFAULT-VALUE}).")
  private String form;

  private volatile boolean refused;

  @Override
  public Integer call() throws InterruptedException {
    for (String type : types) {
      if (!TYPES.contains(type)) {
        throw wrong("--type " + type + " is not known; use drop, policy-verdict, trace or l7");
      }
    }
    if (!Set.of("lines", "json").contains(form)) {
      throw wrong("Output form '" + form + "' is not one of lines, json");
    }
    LabHandle lab = data.lab();
    List<LabState.Node> nodes = node == null ? lab.state().nodes() : List.of(lab.node(node));
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("op", "monitor");
    request.set("types", EndpointJson.texts(types.isEmpty() ? TYPES : types));
    List<Thread> readers = new ArrayList<>();
    for (LabState.Node asked : nodes) {
      NodeSocket socket = NodeSocket.open(asked);
      socket.send(request);
      readers.add(Thread.ofPlatform().daemon().start(() -> follow(asked, socket)));
    }
    spec.commandLine()
        .getErr()
        .println("Listening for events on " + nodes.size() + " node(s), Ctrl-C ends");
    for (Thread reader : readers) {
      reader.join();
    }
    return refused ? 1 : 0;
  }

  private void follow(LabState.Node from, NodeSocket socket) {
    PrintWriter out = spec.commandLine().getOut();
    for (JsonNode event = socket.next(); event != null; event = socket.next()) {
      if (event.has("type")) {
        String text =
            form.equals("json")
                ? JsonText.compact(((ObjectNode) event).put("node", from.name()))
                : line(event);
        synchronized (this) {
          out.println(text);
          out.flush();
        }
      } else if (event.has("error")) {
        spec.commandLine()
            .getErr()
            .println("The applier of " + from.name() + " says: " + event.path("error").asText());
        refused = true;
      }
    }
  }

  /**
   * Cilium monitor's line, for example {@code xx drop (Policy denied) flow 0x0 to endpoint 7, …}. A
   * drop where the packet leaves is to endpoint 0, as there, and names the sender behind.
   */
  static String line(JsonNode event) {
    String endpoint = event.path("endpoint").asText("0");
    String peers =
        "identity "
            + RuleText.identity(event.path("sourceIdentity").asInt())
            + "->"
            + RuleText.identity(event.path("destinationIdentity").asInt())
            + ": ";
    String packet =
        event.path("source").asText()
            + " -> "
            + event.path("destination").asText()
            + " "
            + event.path("protocol").asText().toLowerCase(Locale.ROOT)
            + (event.path("flags").asText("").isEmpty() ? "" : " " + event.path("flags").asText());
    return switch (event.path("type").asText()) {
      case "drop" ->
          "xx drop ("
              + event.path("reasonText").asText()
              + ") flow 0x0 to endpoint "
              + (leaves(event) ? "0" : endpoint)
              + ", "
              + peers
              + packet
              + (leaves(event) ? ", from endpoint " + endpoint : "")
              + by(event);
      case "policy-verdict" ->
          "Policy verdict log: flow 0x0 local EP ID "
              + endpoint
              + ", "
              + event.path("direction").asText().toLowerCase(Locale.ROOT)
              + ", action "
              + event.path("action").asText("allow")
              + ", "
              + peers
              + packet
              + by(event);
      case "l7" -> message(event, endpoint, peers + packet);
      default -> "-> endpoint " + endpoint + " flow 0x0, " + peers + packet;
    };
  }

  private static boolean leaves(JsonNode event) {
    return event.path("direction").asText().equalsIgnoreCase("egress");
  }

  private static String message(JsonNode event, String endpoint, String who) {
    JsonNode l7 = event.path("l7");
    boolean request = l7.path("type").asText().equals("REQUEST");
    return (request ? "-> Request " : "<- Response ")
        + (l7.has("dns") ? "dns " : "")
        + (request ? "from" : "to")
        + " endpoint "
        + endpoint
        + ", "
        + who
        + ", verdict "
        + event.path("verdict").asText()
        + " "
        + L7Summary.text(l7.toString())
        + by(event);
  }

  /** Which policies decided, and what a rule would have had to allow. */
  private static String by(JsonNode event) {
    StringBuilder text = new StringBuilder();
    names(text, ", allowed by ", event.path("allowedBy"));
    names(
        text,
        event.path("action").asText().equals("audit") ? ", audited by " : ", denied by ",
        event.path("deniedBy"));
    String needed = event.path("needed").asText("");
    return text.append(needed.isEmpty() ? "" : ", needed: " + needed).toString();
  }

  private static void names(StringBuilder text, String word, JsonNode names) {
    for (JsonNode name : names) {
      text.append(word).append(name.asText());
      word = ", ";
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
