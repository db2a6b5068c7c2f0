package dev.sluice.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Version;
import dev.sluice.cli.output.Table;
import dev.sluice.lab.SupervisorClient;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice lab status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Show the lab's processes and pods.")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data;
  @Mixin private NamespaceOptions namespaces;
  @Mixin private OutputOptions output;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<JsonNode> values = new ArrayList<>();
    SupervisorClient supervisor =
        new SupervisorClient(data.lab(), out, spec.commandLine().getErr());
    int status = supervisor.ask(Request.of("status"), values::add);
    if (values.isEmpty()) {
      return status;
    }
    JsonNode lab = values.getFirst();
    for (Iterator<JsonNode> pods = lab.path("pods").iterator(); pods.hasNext(); ) {
      if (!namespaces.shows(pods.next().path("namespace").asText())) {
        pods.remove();
      }
    }
    if (output.isTable()) {
      out.println("revision " + lab.path("revision").asLong());
      out.println("kafka    " + lab.path("bootstrapServers").asText());
      out.println("registry " + lab.path("registryUrl").asText());
      out.println();
      components(lab).print(out, output.headers());
      out.println();
    }
    output.print(() -> pods(lab), () -> lab);
    return status;
  }

  private static Table components(JsonNode lab) {
    Table table = new Table("COMPONENT", "NODE", "PID", "STATE");
    for (JsonNode each : lab.path("components")) {
      table.row(
          each.path("name").asText(),
          each.path("node").asText(),
          each.path("pid").isNull() ? "" : each.path("pid").asText(),
          each.path("state").asText());
    }
    return table;
  }

  private static Table pods(JsonNode lab) {
    Table table = new Table("POD", "NODE", "IPS", "ENDPOINT", "IDENTITY", "STATE");
    for (JsonNode each : lab.path("pods")) {
      List<String> ips = new ArrayList<>();
      each.path("ips").forEach(ip -> ips.add(ip.asText()));
      table.row(
          each.path("namespace").asText() + "/" + each.path("name").asText(),
          each.path("node").asText(),
          String.join(",", ips),
          each.path("endpoint").isNull() ? "" : each.path("endpoint").asText(),
          each.path("identity").isNull() ? "" : each.path("identity").asText(),
          each.path("state").asText());
    }
    return table;
  }
}
