package dev.sluice.core.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What to write into the kernel maps, in this order: every put, then every delete. An identity's
 * policy entries come before the address that yields it, and go after it; a subject's narrow
 * entries come before its wide ones, so that a new default deny finds its exceptions in place.
 *
 * @param puts entries to add or overwrite
 * @param deletes keys that exist and go
 * @param peak entries in each map when all puts are done and no delete is; what a map must be able
 *     to hold for the plan to succeed
 * @param after entries in each map when the plan is done
 */
public record MapPlan(
    List<KernelEntry> puts, List<KernelEntry.Key> deletes, MapSizes peak, MapSizes after) {

  /** The plan that turns {@code actual} into {@code wanted}; nothing when they are equal. */
  public static MapPlan diff(
      Collection<? extends KernelEntry> actual, Collection<? extends KernelEntry> wanted) {
    Map<KernelEntry.Key, KernelEntry> rest = new HashMap<>();
    MapSizes peak = MapSizes.NONE;
    for (KernelEntry entry : actual) {
      rest.put(entry.key(), entry);
      peak = peak.plus(entry.key(), 1);
    }
    MapSizes after = MapSizes.NONE;
    List<KernelEntry> puts = new ArrayList<>();
    for (KernelEntry entry : wanted) {
      KernelEntry held = rest.remove(entry.key());
      if (!entry.equals(held)) {
        puts.add(entry);
        peak = held == null ? peak.plus(entry.key(), 1) : peak;
      }
      after = after.plus(entry.key(), 1);
    }
    return ordered(puts, new ArrayList<>(rest.keySet()), peak, after);
  }

  /** Sorts both lists in place. */
  static MapPlan ordered(
      List<KernelEntry> puts, List<KernelEntry.Key> deletes, MapSizes peak, MapSizes after) {
    puts.sort(Comparator.comparing(KernelEntry::key, WriteOrder.PUTS));
    deletes.sort(WriteOrder.PUTS.reversed());
    return new MapPlan(List.copyOf(puts), List.copyOf(deletes), peak, after);
  }

  public boolean isEmpty() {
    return puts.isEmpty() && deletes.isEmpty();
  }

  /** The identities some of whose policy entries are written or go. */
  public Set<Integer> subjects() {
    Set<Integer> subjects = new HashSet<>();
    Stream.concat(puts.stream().map(KernelEntry::key), deletes.stream())
        .forEach(
            key -> {
              if (key instanceof KernelEntry.PolicyKey policy) {
                subjects.add(policy.subject());
              }
            });
    return subjects;
  }

  /**
   * Whether no map would overflow. A plan that does not fit must be refused whole, before anything
   * is written.
   */
  public boolean fitsInto(MapSizes capacity) {
    return peak.fitsInto(capacity);
  }
}
