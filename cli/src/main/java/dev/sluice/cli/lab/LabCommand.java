package dev.sluice.cli.lab;

import dev.sluice.cli.Group;
import dev.sluice.cli.Version;
import picocli.CommandLine.Command;

/** {@code sluice lab}: the whole system on one machine. */
@Command(
    name = "lab",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "The whole system on one machine: nodes and pods as network namespaces.",
    subcommands = {
      UpCommand.class,
      ApplyCommand.class,
      DeleteCommand.class,
      ExecCommand.class,
      KillCommand.class,
      StartCommand.class,
      RestartCommand.class,
      StatusCommand.class,
      DownCommand.class
    })
public final class LabCommand extends Group {}
