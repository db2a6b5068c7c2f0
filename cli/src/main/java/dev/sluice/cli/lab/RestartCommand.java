package dev.sluice.cli.lab;

import dev.sluice.cli.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice lab restart}. */
@Command(
    name = "restart",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Replace a running component by a new process, as an upgrade does.")
final class RestartCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ComponentOptions component;

  @Override
  public Integer call() {
    return component.ask("restart", spec.commandLine());
  }
}
