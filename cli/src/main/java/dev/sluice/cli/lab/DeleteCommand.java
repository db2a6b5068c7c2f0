package dev.sluice.cli.lab;

import dev.sluice.cli.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice lab delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Remove these objects from the lab; returns when every node has followed.")
final class DeleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ManifestOptions manifests;

  @Override
  public Integer call() {
    return manifests.ask("delete", spec.commandLine());
  }
}
