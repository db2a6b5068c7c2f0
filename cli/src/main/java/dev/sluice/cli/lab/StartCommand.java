package dev.sluice.cli.lab;

import dev.sluice.cli.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice lab start}. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Start a component that was killed.")
final class StartCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ComponentOptions component;

  @Override
  public Integer call() {
    return component.ask("start", spec.commandLine());
  }
}
