package dev.sluice.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.proof.KernelView;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's maps as the contract has them. It fails on what a careless writer would do: an
 * address before the policy entries of the identity that it yields, entries taken away while an
 * address still yields their identity, a delete of what is not there, an entry too many.
 */
final class FakeKernel {
  private final Map<KernelEntry.Key, KernelEntry> entries = new HashMap<>();
  private final KernelView view = new KernelView(entries);
  private final MapSizes capacity;
  private MapSizes sizes = MapSizes.NONE;
  private int writes;

  FakeKernel(MapSizes capacity) {
    this.capacity = capacity;
  }

  /** Writes the plan; {@code wanted} is what the maps must hold when it is done. */
  void write(MapPlan plan, Collection<KernelEntry> wanted) {
    write(plan, wanted, Integer.MAX_VALUE);
  }

  /**
   * Writes no more than {@code limit} entries of the plan, as if the writer died.
   *
   * @return whether all of it was written
   */
  boolean write(MapPlan plan, Collection<KernelEntry> wanted, int limit) {
    int left = limit;
    Set<KernelEntry> finalEntries = new HashSet<>(wanted);
    for (KernelEntry entry : plan.puts()) {
      if (left-- == 0) {
        return false;
      }
      put(entry, finalEntries);
    }
    assertEquals(plan.peak(), sizes);
    for (KernelEntry.Key key : plan.deletes()) {
      if (left-- == 0) {
        return false;
      }
      delete(key, finalEntries);
    }
    assertEquals(plan.after(), sizes);
    assertEquals(finalEntries, new HashSet<>(entries.values()));
    return true;
  }

  private void put(KernelEntry entry, Set<KernelEntry> wanted) {
    if (entry instanceof AddressEntry address) {
      for (KernelEntry other : wanted) {
        if (other instanceof PolicyEntry policy && speaksOf(policy.key(), address.identity())) {
          assertEquals(policy, entries.get(policy.key()), "before " + address);
        }
      }
    }
    if (entries.put(entry.key(), entry) == null) {
      sizes = sizes.plus(entry.key(), 1);
    }
    assertTrue(sizes.fitsInto(capacity), "no space for " + entry);
    writes++;
  }

  private void delete(KernelEntry.Key key, Set<KernelEntry> wanted) {
    assertNotNull(entries.remove(key), "delete of absent " + key);
    sizes = sizes.plus(key, -1);
    writes++;
    if (key instanceof PolicyKey policy) {
      for (KernelEntry entry : entries.values()) {
        assertTrue(
            !(entry instanceof AddressEntry address)
                || !speaksOf(policy, address.identity())
                || wanted.contains(address),
            () -> policy + " went before " + entry);
      }
    }
  }

  private static boolean speaksOf(PolicyKey key, int identity) {
    return key.subject() == identity || key.peer() == identity;
  }

  /** As the program does: the peer's entries by longest prefix, else any peer's. */
  Optional<PolicyEntry> judge(int subject, Direction direction, int peer, int protocol, int port) {
    return view.policy(subject, direction, peer, protocol, port);
  }

  List<KernelEntry> readBack() {
    return List.copyOf(entries.values());
  }

  MapSizes sizes() {
    return sizes;
  }

  /** Puts and deletes so far. */
  int writes() {
    return writes;
  }
}
