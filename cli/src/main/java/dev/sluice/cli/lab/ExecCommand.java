package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.Version;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.Preflight;
import dev.sluice.lab.Sandbox;
import dev.sluice.lab.Targets;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sluice lab exec}: runs a command where a pod, a node or an outside host runs. */
@Command(
    name = "exec",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Run a command in a pod's cgroup and network namespace; its exit status is ours.")
final class ExecCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Parameters(index = "0", paramLabel = "NS/POD", description = "A pod, outside/NAME, or node/N.")
  private String target;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "-- CMD", description = "What to run.")
  private List<String> command;

  @Override
  public Integer call() throws IOException, InterruptedException {
    LabHandle lab = data.lab();
    Preflight.requireRoot("sluice lab exec");
    boolean special = target.startsWith("outside/") || target.startsWith("node/");
    Sandbox sandbox =
        Targets.find(lab.files(), special ? target : "pod/" + target)
            .orElseThrow(
                () ->
                    new Refusal(
                        "The lab has no "
                            + target
                            + ": 'sluice lab status' lists pods; others are outside/NAME, node/N"));
    Process process = new ProcessBuilder(sandbox.command(target, command)).inheritIO().start();
    // A signal from the terminal reaches the command, too: its end is waited for, not ours.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return process.waitFor();
  }
}
