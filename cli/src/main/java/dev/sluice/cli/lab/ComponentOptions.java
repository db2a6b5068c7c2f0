package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.lab.SupervisorClient;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What {@code lab kill}, {@code lab start} and {@code lab restart} are told; a mixin of all. */
final class ComponentOptions {
  @Mixin private DataOption data;

  @Parameters(
      paramLabel = "COMPONENT[@NODE]",
      description =
          "broker, ingest, identity-stream, policy-stream, node-applier or flow-sink; without a"
              + " node, that of every node.")
  private String component;

  /** Asks the supervisor to do this with the component; returns the exit status. */
  int ask(String op, CommandLine command) {
    return new SupervisorClient(data.lab(), command.getOut(), command.getErr())
        .ask(Request.of(op).put("component", component), value -> {});
  }
}
