package dev.sluice.node.apply;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapPlan;
import dev.sluice.node.mirror.KernelMaps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Writes one plan in two halves, and reads back what it wrote. */
final class MapWriter {
  /** From so many on, one pass over the maps is cheaper than a call an entry. */
  private static final int READ_ALL = 2_000;

  private final KernelMaps maps;
  private final MapPlan plan;

  MapWriter(KernelMaps maps, MapPlan plan) {
    this.maps = maps;
    this.plan = plan;
  }

  /**
   * Writes what is added and changed.
   *
   * @throws IllegalStateException when the kernel does not hold what was written
   */
  void put() {
    List<KernelEntry> puts = plan.puts();
    if (puts.isEmpty()) {
      return;
    }
    maps.put(puts);
    Function<KernelEntry.Key, Optional<KernelEntry>> found = reader(puts.size());
    for (KernelEntry entry : puts) {
      if (!found.apply(entry.key()).equals(Optional.of(entry))) {
        throw new IllegalStateException(
            "the kernel holds %s, not %s".formatted(found.apply(entry.key()), entry));
      }
    }
  }

  /**
   * Removes what goes.
   *
   * @throws IllegalStateException when the kernel still holds some of it
   */
  void remove() {
    List<KernelEntry.Key> deletes = plan.deletes();
    if (deletes.isEmpty()) {
      return;
    }
    maps.remove(deletes);
    Function<KernelEntry.Key, Optional<KernelEntry>> found = reader(deletes.size());
    for (KernelEntry.Key key : deletes) {
      if (found.apply(key).isPresent()) {
        throw new IllegalStateException("the kernel still holds " + found.apply(key));
      }
    }
  }

  private Function<KernelEntry.Key, Optional<KernelEntry>> reader(int keys) {
    if (keys < READ_ALL) {
      return maps::find;
    }
    Map<KernelEntry.Key, KernelEntry> all = new HashMap<>();
    maps.readBack().forEach(entry -> all.put(entry.key(), entry));
    return key -> Optional.ofNullable(all.get(key));
  }
}
