package dev.sluice.cli.ask;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code --dns NAME=IP,…}: what DNS is to have said; a mixin. */
public final class DnsOption {
  @Option(
      names = "--dns",
      paramLabel = "NAME=IP,…",
      description = "Addresses that every pod has learned for a name.")
  private List<String> answers = List.of();

  /**
   * Tells of those among some parties that depend on a given name, and whom no rule lets ask for
   * it: in the cluster they would never have its addresses.
   */
  void warn(OfflineWorld world, Parties parties, List<Party> asking, CommandSpec command) {
    PrintWriter err = command.commandLine().getErr();
    for (Party party : asking) {
      for (String name : parties.names().keySet()) {
        if (party.isPod() && world.wants(party.pod(), name) && !world.mayAsk(party.pod(), name)) {
          err.printf(
              "warning: no rules.dns lets %s ask for %s: it counts as learned here, and in the"
                  + " cluster its addresses never would be (fqdn-without-dns)%n",
              party.name(), name);
        }
      }
    }
    err.flush();
  }

  /** Everybody who can be named on the command line; the world learns the names. */
  Parties parties(OfflineWorld world) {
    Parties parties = new Parties(world, answers);
    world.learn(parties.names());
    return parties;
  }
}
