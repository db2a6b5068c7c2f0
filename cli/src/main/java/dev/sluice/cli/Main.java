package dev.sluice.cli;

import dev.sluice.cli.demo.DemoCommand;
import dev.sluice.cli.lab.LabCommand;
import dev.sluice.cli.look.LookCommands;
import dev.sluice.cli.output.TerminalWriter;
import dev.sluice.cli.past.HistoryCommand;
import dev.sluice.cli.past.ReplayCommand;
import dev.sluice.schemas.registry.RegistryException;
import java.io.PrintWriter;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code sluice} command's entry. It wires the subcommands and turns their ends into exit
 * statuses: 0 success, 1 refusal or finding, 2 wrong usage.
 */
@Command(
    name = "sluice",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "A network control plane for Kubernetes whose memory is a Kafka log.")
public final class Main extends Group {
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The whole command tree, ready to {@code execute}; tests give it their own out and err. */
  public static CommandLine commandLine() {
    CommandLine root = new CommandLine(new Main());
    root.addSubcommand(new DemoCommand(Main::commandLine)); // help lists them in this order
    root.addSubcommand(new LabCommand());
    // A command line of its own first: what transforms a command is not asked below another.
    LookCommands.all().forEach(command -> root.addSubcommand(new CommandLine(command)));
    root.addSubcommand(new HistoryCommand());
    root.addSubcommand(new ReplayCommand());
    root.addSubcommand(new VersionCommand());
    root.addSubcommand(new CompletionCommand());
    sayVersion(root);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setExecutionStrategy(Main::execute);
    root.setParameterExceptionHandler(Main::wrongUsage);
    root.setExecutionExceptionHandler((thrown, at, parsed) -> failed(thrown, at));
    return root;
  }

  /** Help has colours of its own; whatever else is printed, others may have written. */
  private static int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    CommandLine root = parsed.commandSpec().commandLine();
    root.setOut(new TerminalWriter(root.getOut())).setErr(new TerminalWriter(root.getErr()));
    return new CommandLine.RunLast().execute(parsed);
  }

  /** Every command takes {@code --version}. */
  private static void sayVersion(CommandLine command) {
    command.getCommandSpec().versionProvider(new Version());
    command.getSubcommands().values().forEach(Main::sayVersion);
  }

  private static int wrongUsage(ParameterException thrown, String[] args) {
    CommandLine at = thrown.getCommandLine();
    at.getErr()
        .println(
            sentence(wrong(thrown))
                + " (see '"
                + at.getCommandSpec().qualifiedName()
                + " --help')");
    at.getErr().flush();
    return ExitCode.USAGE;
  }

  private static String wrong(ParameterException thrown) {
    CommandLine at = thrown.getCommandLine();
    if (thrown instanceof UnmatchedArgumentException unmatched && !at.getSubcommands().isEmpty()) {
      String word = unmatched.getUnmatched().getFirst();
      if (!word.startsWith("-")) {
        return "There is no command '" + at.getCommandSpec().qualifiedName() + " " + word + "'";
      }
    }
    return thrown.getMessage();
  }

  private static int failed(Exception thrown, CommandLine at) {
    PrintWriter err = at.getErr();
    at.getOut().flush();
    if (thrown instanceof TypeConversionException) {
      return wrongUsage(new ParameterException(at, thrown.getMessage()), new String[0]);
    }
    if (System.getenv("SLUICE_DEBUG") != null) {
      for (Throwable each = thrown; each != null; each = each.getCause()) {
        err.println(each);
        for (StackTraceElement element : each.getStackTrace()) {
          err.println("    at " + element);
        }
      }
    } else if (thrown instanceof Refusal || thrown instanceof RegistryException) {
      err.println(sentence(thrown.getMessage()));
    } else if (thrown instanceof KafkaException) {
      err.println(
          "Kafka does not answer as it should ("
              + sentence(thrown.getMessage())
              + "): 'sluice lab status' shows what runs");
    } else {
      err.println(
          "sluice: internal error: "
              + sentence(String.valueOf(thrown))
              + " (SLUICE_DEBUG=1 shows where)");
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }

  private static String sentence(String message) {
    return message == null ? "no reason given" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
