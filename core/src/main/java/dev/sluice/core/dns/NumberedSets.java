package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sets of selectors that have numbers, by either, and what became of them since somebody asked.
 * Not thread safe.
 */
final class NumberedSets {
  private final Map<Integer, SelectorSet> sets = new TreeMap<>();
  private final Map<SelectorSet, Integer> numbers = new HashMap<>();
  private final List<Change<FqdnRecord>> changes = new ArrayList<>();

  /** Takes a number's row; returns whether it has a set now. */
  boolean change(int number, Change<FqdnRecord> change) {
    numbers.remove(sets.remove(number), number);
    changes.add(change);
    if (change.value() instanceof NumberedSet set) {
      sets.put(number, set.set());
      numbers.put(set.set(), number);
      return true;
    }
    return false;
  }

  /** The set of a number; null for none. */
  SelectorSet get(int number) {
    return sets.get(number);
  }

  boolean has(int number) {
    return sets.containsKey(number);
  }

  /** The number of a set, which may be null; 0 for none. */
  int number(SelectorSet set) {
    return set == null ? 0 : numbers.getOrDefault(set, 0);
  }

  /** By number, in order. */
  Map<Integer, SelectorSet> all() {
    return Collections.unmodifiableMap(sets);
  }

  /** All of them as rows, in order. */
  List<NumberedSet> rows() {
    List<NumberedSet> rows = new ArrayList<>();
    sets.forEach((number, set) -> rows.add(new NumberedSet(number, set)));
    return rows;
  }

  /** Whoever asks for changes next is told all of them anew. */
  void tellAll() {
    changes.clear();
    rows().forEach(set -> changes.add(Change.upsert(NumberedSet.class, set.key(), set)));
  }

  /** The changes since the last call, in the order in which they came. */
  List<Change<FqdnRecord>> takeChanges() {
    List<Change<FqdnRecord>> taken = List.copyOf(changes);
    changes.clear();
    return taken;
  }
}
