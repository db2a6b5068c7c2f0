package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Version;
import dev.sluice.lab.SupervisorClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice lab kill}. */
@Command(
    name = "kill",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Kill a component as kill -9 does; it stays dead until 'lab start'.")
final class KillCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Parameters(
      paramLabel = "COMPONENT[@NODE]",
      description =
          "broker, ingest, identity-stream, policy-stream, node-applier or flow-sink; without a"
              + " node, that of every node.")
  private String component;

  @Override
  public Integer call() {
    SupervisorClient supervisor =
        new SupervisorClient(data.lab(), spec.commandLine().getOut(), spec.commandLine().getErr());
    return supervisor.ask(Request.of("kill").put("component", component), value -> {});
  }
}
