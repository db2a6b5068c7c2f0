package dev.sluice.core.compile;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whom a selector in use selects at present: the identities that anyone has, and how many of each
 * workload's. It is told so; it does not find out. Not thread safe.
 */
final class Selected {
  private final TreeSet<Integer> live = new TreeSet<>();
  private final Map<Workloads.Workload, Integer> ofWorkload = new HashMap<>();
  private final TreeSet<Workloads.Workload> partly = new TreeSet<>();

  /**
   * An identity that it selects came into use or went out of it.
   *
   * @return whether there is somebody where nobody was, or the other way round
   */
  boolean live(int number, boolean inUse) {
    boolean before = isLive();
    if (inUse) {
      live.add(number);
    } else {
      live.remove(number);
    }
    return before != isLive();
  }

  /** Whether anyone is selected. */
  boolean isLive() {
    return !live.isEmpty();
  }

  /** The identities in use that it selects, sorted. */
  SortedSet<Integer> live() {
    return live;
  }

  /** Whether a number is not above the first so many of those in use. */
  boolean isAmongFirst(int number, int count) {
    Iterator<Integer> first = live.iterator();
    int last = Integer.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      if (!first.hasNext()) {
        return true;
      }
      last = first.next();
    }
    return number <= last;
  }

  /** So many more of a workload's identities are selected. */
  void count(Workloads.Workload workload, int more) {
    ofWorkload.merge(workload, more, Integer::sum);
    ofWorkload.remove(workload, 0);
  }

  /** How many of a workload's identities are selected. */
  int of(Workloads.Workload workload) {
    return ofWorkload.getOrDefault(workload, 0);
  }

  /** Workloads of which some are selected and some should be too. */
  SortedSet<Workloads.Workload> partly() {
    return partly;
  }
}
