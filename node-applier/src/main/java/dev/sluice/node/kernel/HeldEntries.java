package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.TestRun;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many entries tables have that packets fill: the kernel's own count, for walking a table of a
 * quarter of a million would take longer than the answer holds. Any thread.
 */
public final class HeldEntries {
  /** In the order in which {@code slc_count_held} writes their counts into its packet. */
  private static final List<String> MAPS =
      List.of(
          "slc_nat",
          "slc_nat_clients",
          "slc_lb_affinity",
          "slc_local",
          "slc_frag",
          "slc_drops",
          "slc_nat_lent");

  private static final int ETHERNET = 14;

  private HeldEntries() {}

  /** Entries by the map's name, in a fixed order. */
  public static Map<String, Long> of(NodeDataplane dataplane) {
    TestRun.Result counted =
        TestRun.once(
            dataplane.programFd("slc_count_held"),
            new byte[ETHERNET + 8 * MAPS.size()],
            TestRun.Context.ARRIVED);
    if (counted.verdict() != 0) {
      throw new BpfException("the entries of tables cannot be counted", counted.verdict());
    }
    ByteBuffer counts = buffer(counted.packet());
    Map<String, Long> held = new LinkedHashMap<>();
    for (String map : MAPS) {
      held.put(map, counts.getLong(ETHERNET + 8 * held.size()));
    }
    return held;
  }
}
