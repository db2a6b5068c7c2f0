package dev.sluice.cli.ask;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.JsonText;
import dev.sluice.cli.output.Table;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice policy lint}. */
@Command(
    name = "lint",
    mixinStandardHelpOptions = true,
    description =
        "Checks manifests as the running system would; exit status 1 on any finding but notes."
            + " '-o sarif' prints SARIF 2.1.0.")
public final class LintCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ManifestInputs inputs;
  @Mixin private OutputOptions output = new OutputOptions(List.of("sarif"));

  @Override
  public Integer call() {
    OfflineWorld world = OfflineWorld.of(inputs.read());
    Collection<Finding> findings = world.findings();
    PrintWriter out = spec.commandLine().getOut();
    if (output.is("sarif")) {
      out.println(JsonText.pretty(SarifLog.of(findings)));
    } else if (output.isTable()) {
      findings.forEach(finding -> out.println(finding.line(true)));
    } else {
      output.print(() -> new Table(), () -> json(findings, world));
    }
    out.flush();
    return findings.stream().anyMatch(Finding::counts) ? 1 : 0;
  }

  private static ObjectNode json(Collection<Finding> findings, OfflineWorld world) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode array = json.putArray("findings");
    for (Finding finding : findings) {
      ObjectNode one = array.addObject();
      one.put("severity", finding.severity());
      one.put("code", finding.code());
      one.putObject("object")
          .put("kind", finding.object().kind())
          .put("namespace", finding.object().namespace())
          .put("name", finding.object().name());
      one.put("file", finding.file());
      one.put("line", finding.line());
      one.put("path", finding.path());
      one.put("message", finding.message());
    }
    ArrayNode endpoints = json.putArray("endpoints");
    Map<Integer, Integer> needed = world.policyMapEntries();
    world
        .pods()
        .forEach(
            (pod, endpoint) ->
                endpoints
                    .addObject()
                    .put("pod", pod)
                    .putObject("policyMapEntries")
                    .put("needed", needed.getOrDefault(endpoint.identity(), 0))
                    .put("of", world.settings().policyMapEntries()));
    return json;
  }
}
