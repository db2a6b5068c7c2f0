package dev.sluice.core.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The entries that the kernel should hold, and what became of them since the kernel last did. What
 * is set and set back in between is not written. Cost follows the changes.
 */
final class WantedEntries {
  private final Map<KernelEntry.Key, KernelEntry> wanted = new HashMap<>();

  /** The entry that the kernel holds for each key touched since; null for none. */
  private Map<KernelEntry.Key, KernelEntry> realised = new HashMap<>();

  private MapSizes sizes = MapSizes.NONE;
  private MapSizes realisedSizes = MapSizes.NONE;

  void put(KernelEntry entry) {
    KernelEntry old = wanted.put(entry.key(), entry);
    if (old == null) {
      sizes = sizes.plus(entry.key(), 1);
    }
    remember(entry.key(), old);
  }

  /** Returns what was wanted until now; null for nothing. */
  KernelEntry remove(KernelEntry.Key key) {
    KernelEntry old = wanted.remove(key);
    if (old != null) {
      sizes = sizes.plus(key, -1);
      remember(key, old);
    }
    return old;
  }

  KernelEntry get(KernelEntry.Key key) {
    return wanted.get(key);
  }

  Collection<KernelEntry> all() {
    return Collections.unmodifiableCollection(wanted.values());
  }

  /** What is realised: what is wanted but for what was touched since. */
  List<KernelEntry> held() {
    List<KernelEntry> held = new ArrayList<>(wanted.size());
    wanted.forEach(
        (key, entry) -> {
          if (!realised.containsKey(key)) {
            held.add(entry);
          }
        });
    realised.values().stream().filter(Objects::nonNull).forEach(held::add);
    return held;
  }

  /** From what is realised to what is wanted. */
  MapPlan plan() {
    List<KernelEntry> puts = new ArrayList<>();
    List<KernelEntry.Key> deletes = new ArrayList<>();
    MapSizes peak = realisedSizes;
    for (Map.Entry<KernelEntry.Key, KernelEntry> touched : realised.entrySet()) {
      KernelEntry now = wanted.get(touched.getKey());
      KernelEntry held = touched.getValue();
      if (now == null && held != null) {
        deletes.add(touched.getKey());
      } else if (now != null && !now.equals(held)) {
        puts.add(now);
        peak = held == null ? peak.plus(now.key(), 1) : peak;
      }
    }
    return MapPlan.ordered(puts, deletes, peak, sizes);
  }

  /** The kernel holds what is wanted. */
  void realised() {
    // Not cleared: a map that was large once stays slow to go through.
    realised = new HashMap<>();
    realisedSizes = sizes;
  }

  private void remember(KernelEntry.Key key, KernelEntry old) {
    if (!realised.containsKey(key)) {
      realised.put(key, old);
    }
  }
}
