package dev.sluice.core.service;

import dev.sluice.core.service.LbEntry.Target;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The backends of a scope, each with a number that it keeps for as long as it is one; a number that
 * is free again may be given to another. There may be holes. Immutable.
 */
record Seats(SortedMap<Target, Integer> all) {
  static final Seats NONE = new Seats(new TreeMap<>());

  Seats {
    all = Collections.unmodifiableSortedMap(new TreeMap<>(all));
  }

  /** Those found in a map, as far as each backend comes once. */
  static Seats of(SortedMap<Integer, Target> found) {
    TreeMap<Target, Integer> all = new TreeMap<>();
    found.forEach((seat, target) -> all.putIfAbsent(target, seat));
    return new Seats(all);
  }

  /** The seats of these targets. */
  Seats with(Collection<Target> targets) {
    TreeMap<Target, Integer> next = new TreeMap<>(all);
    next.keySet().retainAll(new HashSet<>(targets));
    Set<Integer> taken = new HashSet<>(next.values());
    int free = 0;
    for (Target target : targets.stream().distinct().sorted().toList()) {
      if (!next.containsKey(target)) {
        while (taken.contains(free)) {
          free++;
        }
        next.put(target, free);
        taken.add(free);
      }
    }
    return new Seats(next);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  int size() {
    return all.size();
  }

  Map<Target, Integer> byTarget() {
    return all;
  }
}
