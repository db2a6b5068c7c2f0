package dev.sluice.node.mirror;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapSizes;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's policy and address maps, as the mirror writes and reads them back. A write that
 * returns has reached the kernel; one that throws has reached it partly or not at all.
 */
public interface KernelMaps {
  /** Everything that the maps hold. */
  List<KernelEntry> readBack();

  /** The entry under exactly this key. */
  Optional<KernelEntry> find(KernelEntry.Key key);

  /** Writes entries in order. */
  void put(List<KernelEntry> entries);

  /** Removes keys in order; one that is not there is nothing. */
  void remove(List<KernelEntry.Key> keys);

  /** How many entries each map can hold. */
  MapSizes capacity();
}
