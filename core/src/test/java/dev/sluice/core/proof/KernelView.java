package dev.sluice.core.proof;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Looks kernel entries up as the program does: longest prefix, first the peer, then any peer. A
 * view of entries that may change.
 */
public final class KernelView {
  private static final int WORLD = 2;
  private final Map<KernelEntry.Key, KernelEntry> entries;

  public KernelView(Map<KernelEntry.Key, KernelEntry> entries) {
    this.entries = entries;
  }

  /** A view of these entries, as they are now. */
  static KernelView of(Collection<? extends KernelEntry> entries) {
    Map<KernelEntry.Key, KernelEntry> byKey = new HashMap<>();
    entries.forEach(entry -> byKey.put(entry.key(), entry));
    return new KernelView(byKey);
  }

  /** Who has an address; nobody known is the world. */
  int identity(IpAddress address) {
    for (int length = address.bits(); length >= 0; length--) {
      KernelEntry entry = entries.get(new AddressKey(new Prefix(address, length)));
      if (entry instanceof AddressEntry found) {
        return found.identity();
      }
    }
    return WORLD;
  }

  /** The entry that answers; none means that the packet is dropped. */
  public Optional<PolicyEntry> policy(
      int subject, Direction direction, int peer, int protocol, int port) {
    return longest(subject, direction, peer, protocol, port)
        .or(() -> longest(subject, direction, 0, protocol, port));
  }

  private Optional<PolicyEntry> longest(
      int subject, Direction direction, int peer, int protocol, int port) {
    for (int bits = 16; bits >= 0; bits--) {
      int block = port >> (16 - bits) << (16 - bits);
      KernelEntry entry =
          entries.get(new PolicyKey(subject, direction, peer, protocol, block, bits));
      if (entry != null) {
        return Optional.of((PolicyEntry) entry);
      }
    }
    return Optional.ofNullable(
        (PolicyEntry) entries.get(new PolicyKey(subject, direction, peer, 0, 0, 0)));
  }
}
