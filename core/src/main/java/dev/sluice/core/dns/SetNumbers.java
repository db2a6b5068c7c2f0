package dev.sluice.core.dns;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Numbers for sets of selectors. A set keeps its number while something needs it and a grace
 * longer; a number that was given up comes again only after all others. Not thread safe.
 */
final class SetNumbers {
  static final long GRACE_MILLIS = 10 * 60 * 1000;

  private static final class Slot {
    final int number;
    long unneededSince = -1; // ms; -1: needed, or not looked at yet

    Slot(int number) {
      this.number = number;
    }
  }

  private final TreeMap<SelectorSet, Slot> slots = new TreeMap<>();
  private final Map<Integer, SelectorSet> taken = new HashMap<>();
  private int next = IdentityScope.NAMES.first();

  void restore(NumberedSet row) {
    slots.put(row.set(), new Slot(row.number()));
    taken.put(row.number(), row.set());
    next = Math.max(next, after(row.number()));
  }

  /** The number of a set, given now if it has none. */
  int number(SelectorSet set) {
    Slot slot = slots.get(set);
    if (slot == null) {
      slot = new Slot(allocate());
      slots.put(set, slot);
      taken.put(slot.number, set);
    }
    slot.unneededSince = -1;
    return slot.number;
  }

  private int allocate() {
    if (taken.size() > IdentityScope.NAMES.last() - IdentityScope.NAMES.first()) {
      throw new IllegalStateException("all identities of names are in use");
    }
    int number = next;
    while (taken.containsKey(number)) {
      number = after(number);
    }
    next = after(number);
    return number;
  }

  private static int after(int number) {
    return number >= IdentityScope.NAMES.last() ? IdentityScope.NAMES.first() : number + 1;
  }

  /** Gives up what nobody has needed for the grace; returns their numbers. */
  List<Integer> release(Set<SelectorSet> needed, long nowMillis) {
    List<Integer> released = new ArrayList<>();
    slots.forEach(
        (set, slot) -> {
          if (needed.contains(set)) {
            slot.unneededSince = -1;
          } else if (slot.unneededSince < 0) {
            slot.unneededSince = nowMillis;
          } else if (nowMillis - slot.unneededSince >= GRACE_MILLIS) {
            released.add(slot.number);
          }
        });
    released.forEach(number -> slots.remove(taken.remove(number)));
    return released;
  }

  /** All, by number. */
  List<NumberedSet> all() {
    return slots.entrySet().stream()
        .map(slot -> new NumberedSet(slot.getValue().number, slot.getKey()))
        .sorted(Comparator.comparingInt(NumberedSet::number))
        .toList();
  }
}
