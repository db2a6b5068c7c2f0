package dev.sluice.cli.ask;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Tells what is to be told before a verdict. */
final class Warnings {
  private Warnings() {}

  /**
   * Prints refusals, errors and warnings to stderr.
   *
   * @return whether verdicts may be given: no object was refused
   */
  static boolean print(OfflineWorld world, CommandSpec command) {
    PrintWriter err = command.commandLine().getErr();
    world.findings().stream()
        .filter(Finding::counts)
        .forEach(finding -> err.println(finding.line(false)));
    if (world.refused()) {
      err.println("An object is refused, so that no verdict is given: mend it first");
    }
    err.flush();
    return !world.refused();
  }
}
