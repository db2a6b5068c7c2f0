package dev.sluice.cli.ask;

import java.util.List;
import picocli.CommandLine.Option;

/** {@code --dns NAME=IP,…}: what DNS is to have said; a mixin. */
public final class DnsOption {
  @Option(
      names = "--dns",
      paramLabel = "NAME=IP,…",
      description = "Addresses that every pod has learned for a name.")
  private List<String> answers = List.of();

  /** Everybody who can be named on the command line; the world learns the names. */
  Parties parties(OfflineWorld world) {
    Parties parties = new Parties(world, answers);
    world.learn(parties.names());
    return parties;
  }
}
