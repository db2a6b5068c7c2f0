package dev.sluice.cli.lab;

import dev.sluice.cli.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice lab kill}. */
@Command(
    name = "kill",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Kill a component as kill -9 does; it stays dead until 'lab start'.")
final class KillCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ComponentOptions component;

  @Override
  public Integer call() {
    return component.ask("kill", spec.commandLine());
  }
}
