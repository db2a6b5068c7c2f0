package dev.sluice.core.dns;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The sets for which a node's maps have no room, and what their addresses have instead: the largest
 * other set whose selectors are among theirs, so that what a name has opened stays open when
 * another name comes; without one they are what they are without names. Not thread safe.
 */
final class SetsWithoutRoom {
  private Set<Integer> numbers = Set.of();

  /**
   * Replaces those of before.
   *
   * @return those of now and of before when they differ: their addresses may be another's; else
   *     none
   */
  Set<Integer> become(Set<Integer> now) {
    if (now.equals(numbers)) {
      return Set.of();
    }
    Set<Integer> either = new TreeSet<>(numbers);
    either.addAll(now);
    numbers = Set.copyOf(now);
    return either;
  }

  boolean has(int number) {
    return numbers.contains(number);
  }

  /**
   * What an address has that should have a set; of several as large the lowest number.
   *
   * @param number of the set; 0 for none
   * @param sets all that have numbers, in order
   * @return 0 for none
   */
  int instead(int number, Map<Integer, SelectorSet> sets) {
    if (!has(number)) {
      return number;
    }
    SelectorSet full = sets.get(number);
    int best = 0;
    int most = 0;
    for (Map.Entry<Integer, SelectorSet> each : sets.entrySet()) {
      SelectorSet set = each.getValue();
      boolean within =
          !has(each.getKey())
              && set.base() == full.base()
              && full.selectors().containsAll(set.selectors());
      if (within && set.selectors().size() > most) {
        best = each.getKey();
        most = set.selectors().size();
      }
    }
    return best;
  }
}
