package dev.sluice.core.node;

import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kernel's question, asked of values: the narrowest policy entry for the packet's peer, and
 * when there is none, for any peer. It is {@code slc_policy.h} in Java. Immutable; any thread.
 */
public final class PolicyLookup {
  private static final int ANY_PEER = 0;
  private static final int PORT_BITS = 16;

  /** An LPM trie compares protocol before port: an entry with port bits has a protocol. */
  private static final Comparator<PolicyEntry> NARROWEST_FIRST =
      Comparator.<PolicyEntry>comparingInt(entry -> entry.key().portBits())
          .thenComparingInt(entry -> entry.key().protocol() == 0 ? 0 : 1)
          .reversed();

  private record Slot(int subject, Direction direction, int peer) {}

  private final Map<Slot, List<PolicyEntry>> entries = new HashMap<>();

  private PolicyLookup() {}

  /** A lookup in these entries; those of other maps are left out. */
  public static PolicyLookup of(Collection<? extends KernelEntry> wanted) {
    PolicyLookup lookup = new PolicyLookup();
    for (KernelEntry entry : wanted) {
      if (entry instanceof PolicyEntry policy) {
        KernelEntry.PolicyKey key = policy.key();
        lookup
            .entries
            .computeIfAbsent(
                new Slot(key.subject(), key.direction(), key.peer()), slot -> new ArrayList<>())
            .add(policy);
      }
    }
    lookup.entries.values().forEach(list -> list.sort(NARROWEST_FIRST));
    return lookup;
  }

  /**
   * The entry that answers for a packet; empty when none does, and the packet is dropped.
   *
   * @param port destination port; the type for ICMP; 0 for protocols without either
   */
  public Optional<PolicyEntry> find(
      int subject, Direction direction, int peer, int protocol, int port) {
    return narrowest(new Slot(subject, direction, peer), protocol, port)
        .or(() -> narrowest(new Slot(subject, direction, ANY_PEER), protocol, port));
  }

  private Optional<PolicyEntry> narrowest(Slot slot, int protocol, int port) {
    for (PolicyEntry entry : entries.getOrDefault(slot, List.of())) {
      KernelEntry.PolicyKey key = entry.key();
      int unused = PORT_BITS - key.portBits();
      if ((key.protocol() == 0 || key.protocol() == protocol)
          && port >> unused == key.port() >> unused) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }
}
