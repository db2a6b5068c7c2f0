package dev.sluice.core.node;

import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.policy.ClusterSettings;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which sets of names have room in the node's policy map: the settings say how many entries one
 * subject may have, and the map how many all of them. What needs entries without names comes first;
 * then the sets in the order of their numbers, so that none that has room loses it because another
 * one went. One behind which there is no room waits, and so do those after it that need the same
 * subject. It decides nothing but from what it is given.
 */
final class NameRoom {
  /**
   * Of the node's map names may fill all but this part: a step adds before it removes, and needs
   * room for both.
   */
  private static final int PART_FOR_STEPS = 16;

  private int each = ClusterSettings.DEFAULT.policyMapEntries();
  private long all = Long.MAX_VALUE;

  /** Returns whether that is news. */
  boolean each(int entries) {
    boolean news = each != entries;
    each = entries;
    return news;
  }

  /** As {@link #each}, of what the node's map holds. */
  boolean all(int entries) {
    long now = entries - entries / PART_FOR_STEPS;
    boolean news = all != now;
    all = now;
    return news;
  }

  /** Whether all that these subjects have fits. */
  boolean holds(Collection<SubjectEntries> subjects) {
    long entries = 0;
    for (SubjectEntries subject : subjects) {
      entries += subject.size();
      if (subject.size() > each) {
        return false;
      }
    }
    return entries <= all;
  }

  /**
   * The sets without room.
   *
   * @param subjects those of the node
   * @param sets by number, the selectors that select each
   */
  SortedMap<Integer, NoRoom> without(
      Collection<SubjectEntries> subjects, SortedMap<Integer, Set<String>> sets) {
    TreeMap<Integer, NoRoom> without = new TreeMap<>();
    TreeMap<Integer, Long> neededByAll = new TreeMap<>();
    long entries = 0;
    for (SubjectEntries subject : subjects) {
      long needed = subject.size();
      for (int number : sets.keySet()) {
        needed -= subject.size(number);
      }
      entries += needed;
      for (Map.Entry<Integer, Set<String>> set : sets.entrySet()) {
        int more = subject.needed(set.getKey(), set.getValue());
        needed += more;
        if (more > 0 && needed > each) {
          without.merge(
              set.getKey(),
              new NoRoom(subject.subject(), needed, each),
              (one, other) -> one.subject() < other.subject() ? one : other);
        }
        neededByAll.merge(set.getKey(), (long) more, Long::sum);
      }
    }
    for (Map.Entry<Integer, Long> set : neededByAll.entrySet()) {
      if (set.getValue() > 0 && !without.containsKey(set.getKey())) {
        entries += set.getValue();
        if (entries > all) {
          without.put(set.getKey(), new NoRoom(0, entries, all));
        }
      }
    }
    return without;
  }
}
