package dev.sluice.node;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapSizes;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.mirror.KernelMaps;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The mirror's maps in the kernel. */
final class DataplaneMaps implements KernelMaps {
  private final NodeDataplane dataplane;
  private final MapSizes capacity;

  DataplaneMaps(NodeDataplane dataplane) {
    this.dataplane = dataplane;
    Map<String, Integer> sizes = dataplane.mapSizes();
    this.capacity =
        new MapSizes(
            sizes.get("slc_policy"),
            sizes.get("slc_addr"),
            sizes.get("slc_prefix"),
            sizes.get("slc_own"));
  }

  @Override
  public List<KernelEntry> readBack() {
    return dataplane.entries();
  }

  @Override
  public Optional<KernelEntry> find(KernelEntry.Key key) {
    return dataplane.find(key);
  }

  @Override
  public void put(List<KernelEntry> entries) {
    dataplane.putAll(entries);
  }

  @Override
  public void remove(List<KernelEntry.Key> keys) {
    dataplane.removeAll(keys);
  }

  @Override
  public MapSizes capacity() {
    return capacity;
  }
}
