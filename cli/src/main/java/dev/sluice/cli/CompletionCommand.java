package dev.sluice.cli;

import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice completion}: a script for bash and zsh, made from the command tree itself. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Print a completion script for bash and zsh.",
      "Use it with: source <(./sluice completion)"
    })
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "SHELL",
      defaultValue = "bash",
      description = "bash or zsh: the script is the same (default: ${DEFAULT-VALUE}).")
  private String shell;

  @Override
  public void run() {
    if (!Set.of("bash", "zsh").contains(shell)) {
      throw new ParameterException(
          spec.commandLine(), "There is no completion for '" + shell + "': write bash or zsh");
    }
    spec.commandLine().getOut().println(AutoComplete.bash("sluice", spec.root().commandLine()));
  }
}
