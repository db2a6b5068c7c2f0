package dev.sluice.cli.demo;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.Version;
import dev.sluice.lab.LabFiles;
import dev.sluice.lab.Teardown;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice demo}: brings the shop up, walks through it, and leaves it running. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Bring a small shop up in a lab and walk through what policy does to it.")
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Option(
      names = "--once",
      description = "Take everything down after the walk; exit status 1 when a step did not hold.")
  private boolean once;

  private final Supplier<CommandLine> commands;

  /**
   * @param commands the whole {@code sluice} command: the demo types its steps into it
   */
  public DemoCommand(Supplier<CommandLine> commands) {
    this.commands = commands;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path manifests = manifests();
    LabFiles files = new LabFiles(data.path());
    refuseRunning(files);
    forget(files);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(files), "lab-down"));
    Stage stage = new Stage(commands, data.path(), manifests, out);
    int up =
        run(
            "lab",
            "up",
            "--detach",
            "--nodes",
            "2",
            "-f",
            manifests.resolve("10-shop.yaml").toString());
    if (up != 0) {
      return up; // it has said why
    }
    try {
      new Walk(stage).all();
    } catch (StepFailed e) {
      throw new Refusal("The demo's step did not hold: " + e.getMessage(), e);
    } finally {
      if (once) {
        new Teardown(files).down();
      }
    }
    out.println();
    out.println("Every step held.");
    if (once) {
      return 0;
    }
    out.println(
        "The shop goes on until Ctrl-C, and its flows follow here. In another terminal, try:");
    data.environment().ifPresent(line -> out.println("  " + line));
    out.println("  ./sluice endpoint list");
    out.println(
        "  ./sluice lab exec shop/reporting -- timeout 2 bash -c 'exec"
            + " 3<>/dev/tcp/10.0.2.77/8080'");
    out.println("  ./sluice lab delete -f " + manifests.resolve("steps/default-deny.yaml"));
    out.println("  ./sluice lab apply -f YOUR-POLICY.yaml");
    out.println();
    out.flush();
    return run("observe", "--follow");
  }

  private int run(String... words) {
    CommandLine sluice = commands.get();
    sluice.setOut(spec.commandLine().getOut()).setErr(spec.commandLine().getErr());
    String[] all = java.util.Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--data";
    all[words.length + 1] = data.path().toString();
    return sluice.execute(all);
  }

  private static Path manifests() {
    Path folder = Path.of(System.getProperty("sluice.home", "."), "demo").toAbsolutePath();
    if (!Files.exists(folder.resolve("10-shop.yaml"))) {
      throw new Refusal(
          "The demo's manifests are not in " + folder + ": run ./sluice of a checkout");
    }
    return folder;
  }

  private static void refuseRunning(LabFiles files) {
    if (Files.exists(files.state()) && Teardown.supervised(files)) {
      throw new Refusal(
          "A lab runs in " + files.data() + ": end it with 'sluice lab down', or use --data");
    }
  }

  /** A lab that is started next must not find the story's default deny in its way. */
  private static void end(LabFiles files) {
    new Teardown(files).down();
    forget(files);
  }

  /** The story begins without objects; the log of earlier ones stays. */
  private static void forget(LabFiles files) {
    Teardown.forgetObjects(files);
  }
}
