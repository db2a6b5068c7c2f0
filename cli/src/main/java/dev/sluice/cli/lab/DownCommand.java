package dev.sluice.cli.lab;

import dev.sluice.cli.DataOption;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.Version;
import dev.sluice.lab.LabFailure;
import dev.sluice.lab.LabFiles;
import dev.sluice.lab.Preflight;
import dev.sluice.lab.Teardown;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice lab down}: also of a lab whose supervisor is dead, also of none. */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Take the lab down; its log and manifests stay in its directory.")
final class DownCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Override
  public Integer call() {
    Preflight.requireRoot("sluice lab down");
    try {
      new Teardown(new LabFiles(data.path())).down();
    } catch (LabFailure e) {
      throw new Refusal(e.getMessage() + "; run it again", e);
    }
    spec.commandLine().getOut().println("lab is down");
    return 0;
  }
}
