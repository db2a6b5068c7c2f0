package dev.sluice.cli.look;

import java.util.List;

/** The commands of this package, in the order in which the help lists them. */
public final class LookCommands {
  private LookCommands() {}

  /** New command objects (annotated with picocli's {@code Command}) to hang below the root. */
  public static List<Object> all() {
    return List.of(
        new StatusCommand(),
        new EndpointCommand(),
        new IdentityCommand(),
        new PolicyCommand(),
        new ServiceCommand(),
        new FqdnCommand(),
        new ObserveCommand(),
        new MonitorCommand(),
        new BpfCommand());
  }
}
