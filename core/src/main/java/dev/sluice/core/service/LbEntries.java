package dev.sluice.core.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the load-balancing maps are to hold, beside what was last said to be in them. A plan costs
 * what was touched in between. Which entries there are to be is for {@link NodeServices}. One
 * thread.
 */
final class LbEntries {
  private final Map<LbEntry.Key, LbEntry> wanted = new HashMap<>();

  /**
   * What the kernel holds for each key touched since {@link #realised}, null for nothing; itself
   * null before the first time: then the kernel is not known to hold anything.
   */
  private Map<LbEntry.Key, LbEntry> realised;

  private LbSizes sizes = LbSizes.NONE;
  private LbSizes realisedSizes = LbSizes.NONE;

  void put(LbEntry entry) {
    LbEntry old = wanted.put(entry.key(), entry);
    if (old == null) {
      sizes = sizes.plus(entry.key(), 1);
    }
    if (!entry.equals(old)) {
      touch(entry.key(), old);
    }
  }

  void remove(LbEntry.Key key) {
    LbEntry old = wanted.remove(key);
    if (old != null) {
      sizes = sizes.plus(key, -1);
      touch(key, old);
    }
  }

  private void touch(LbEntry.Key key, LbEntry old) {
    if (realised != null && !realised.containsKey(key)) {
      realised.put(key, old);
    }
  }

  boolean wants(LbEntry.Key key) {
    return wanted.containsKey(key);
  }

  /** The difference between what was last {@link #realised} and what is wanted now. */
  LbPlan plan() {
    if (realised == null) {
      return everything();
    }
    List<LbEntry> puts = new ArrayList<>();
    List<LbEntry.Key> deletes = new ArrayList<>();
    LbSizes peak = realisedSizes;
    for (Map.Entry<LbEntry.Key, LbEntry> touched : realised.entrySet()) {
      LbEntry now = wanted.get(touched.getKey());
      LbEntry held = touched.getValue();
      if (now == null && held != null) {
        deletes.add(touched.getKey());
      } else if (now != null && !now.equals(held)) {
        puts.add(now);
        peak = held == null ? peak.plus(now.key(), 1) : peak;
      }
    }
    return LbPlan.ordered(puts, deletes, peak, sizes);
  }

  /** The same from what the maps are found to hold. */
  LbPlan planFrom(Collection<LbEntry> actual) {
    return actual.isEmpty() ? everything() : LbPlan.diff(actual, wanted.values());
  }

  /** The plan for maps that hold nothing. */
  private LbPlan everything() {
    return LbPlan.ordered(wanted.values(), new ArrayList<>(), sizes, sizes);
  }

  /** What the last plan said is in the kernel. Nothing may have been applied since. */
  void realised() {
    realised = new HashMap<>();
    realisedSizes = sizes;
  }

  /** Every entry that the maps should hold now. A view; valid until the next change. */
  Collection<LbEntry> wanted() {
    return Collections.unmodifiableCollection(wanted.values());
  }

  /** Every entry that was last {@link #realised}, whatever is wanted by now. */
  List<LbEntry> held() {
    if (realised == null) {
      return List.of();
    }
    List<LbEntry> held = new ArrayList<>(wanted.size());
    wanted.forEach(
        (key, entry) -> {
          if (!realised.containsKey(key)) {
            held.add(entry);
          }
        });
    realised.values().stream().filter(Objects::nonNull).forEach(held::add);
    return held;
  }
}
