package dev.sluice.cli.ask;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.RuleBook;
import java.util.Optional;

/** Looks the verdict up in the entries that a node would write into the kernel. */
final class CompiledEngine implements Engine {
  private final OfflineWorld world;

  CompiledEngine(OfflineWorld world) {
    this.world = world;
  }

  /**
   * One direction's verdict.
   *
   * @param peer the other side's identity
   * @param reason why; empty when no policy had a say
   */
  record Ruling(boolean allow, int peer, Optional<RuleBook.Reason> reason) {}

  @Override
  public boolean allows(Direction direction, Party subject, Party peer, Traffic traffic) {
    if (peer.isPod()) {
      return ruling(direction, subject, peer.pod().identity(), traffic).allow();
    }
    for (IpAddress address : peer.addresses()) {
      int identity = world.identity(address, subject.pod());
      if (!ruling(direction, subject, identity, traffic).allow()) {
        return false;
      }
    }
    return true;
  }

  /** The verdict on traffic with a peer of this identity. */
  Ruling ruling(Direction direction, Party subject, int peer, Traffic traffic) {
    Optional<PolicyEntry> entry =
        world
            .lookup()
            .find(subject.pod().identity(), direction, peer, traffic.number(), traffic.port());
    return new Ruling(
        entry.map(PolicyEntry::allow).orElse(false),
        peer,
        entry.flatMap(found -> world.reason(found.cookie())));
  }

  @Override
  public void close() {}
}
