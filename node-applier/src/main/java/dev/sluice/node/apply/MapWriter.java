package dev.sluice.node.apply;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapPlan;
import dev.sluice.node.mirror.KernelMaps;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Writes a plan, and reads back what it wrote. */
final class MapWriter {
  /** From so many on, one pass over the maps is cheaper than a call an entry. */
  private static final int READ_ALL = 2_000;

  private final KernelMaps maps;

  MapWriter(KernelMaps maps) {
    this.maps = maps;
  }

  /**
   * @throws IllegalStateException when the kernel does not hold what was written
   */
  void write(MapPlan plan) {
    if (plan.isEmpty()) {
      return;
    }
    maps.put(plan.puts());
    maps.remove(plan.deletes());
    if (plan.puts().size() + plan.deletes().size() >= READ_ALL) {
      checkAll(plan);
    } else {
      checkEach(plan);
    }
  }

  private void checkEach(MapPlan plan) {
    for (KernelEntry entry : plan.puts()) {
      check(entry, maps.find(entry.key()).orElse(null));
    }
    for (KernelEntry.Key key : plan.deletes()) {
      Optional<KernelEntry> left = maps.find(key);
      if (left.isPresent()) {
        throw new IllegalStateException("the kernel still holds " + left.get());
      }
    }
  }

  private void checkAll(MapPlan plan) {
    Map<KernelEntry.Key, KernelEntry> found = new HashMap<>();
    maps.readBack().forEach(entry -> found.put(entry.key(), entry));
    plan.puts().forEach(entry -> check(entry, found.get(entry.key())));
    for (KernelEntry.Key key : plan.deletes()) {
      if (found.containsKey(key)) {
        throw new IllegalStateException("the kernel still holds " + found.get(key));
      }
    }
  }

  private static void check(KernelEntry written, KernelEntry found) {
    if (!written.equals(found)) {
      throw new IllegalStateException("the kernel holds %s, not %s".formatted(found, written));
    }
  }
}
