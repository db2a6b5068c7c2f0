package dev.sluice.core.service;

import dev.sluice.core.service.LbEntry.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The backends of a scope, each in a numbered slot, without holes. A hole is filled with the last
 * one, so that what goes or comes moves at most one other. Immutable.
 */
record Slots(List<Target> all) {
  static final Slots NONE = new Slots(List.of());

  Slots {
    all = List.copyOf(all);
  }

  /** Those found in a map, as far as they have no hole and come once. */
  static Slots of(SortedMap<Integer, Target> found) {
    List<Target> all = new ArrayList<>();
    Set<Target> seen = new HashSet<>();
    found.forEach(
        (slot, target) -> {
          if (slot == all.size() && seen.add(target)) {
            all.add(target);
          }
        });
    return new Slots(all);
  }

  /** The slots of these targets. */
  Slots with(Collection<Target> targets) {
    if (all.isEmpty() || targets.isEmpty()) {
      return targets.isEmpty() ? NONE : new Slots(List.copyOf(new TreeSet<>(targets)));
    }
    Set<Target> wanted = new HashSet<>(targets);
    List<Target> next = new ArrayList<>(all);
    for (int slot = next.size() - 1; slot >= 0; slot--) {
      if (!wanted.remove(next.get(slot))) {
        Target last = next.removeLast();
        if (slot < next.size()) {
          next.set(slot, last);
        }
      }
    }
    targets.stream().filter(wanted::contains).sorted().forEach(next::add);
    return new Slots(next);
  }

  int size() {
    return all.size();
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  Target get(int slot) {
    return all.get(slot);
  }
}
