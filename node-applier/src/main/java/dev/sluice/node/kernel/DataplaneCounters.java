package dev.sluice.node.kernel;

import dev.sluice.core.node.KernelEntry.Direction;
import java.util.List;

/**
 * Sums over all CPUs since the maps were made. {@code produced = consumed + lost} holds for events
 * once the reader has caught up.
 *
 * @param reasons what was dropped (reason from 130) or passed (reason 0), without zeros
 * @param produced events that programs wanted to report
 * @param lost of these, how many found the ring buffer full
 * @param connections entries of the connection table now
 * @param tableFull connections refused because the table or an endpoint's share was full
 */
public record DataplaneCounters(
    List<ReasonCount> reasons, long produced, long lost, long connections, long tableFull) {
  public DataplaneCounters {
    reasons = List.copyOf(reasons);
  }

  /** Packets and bytes of one reason in one direction, as seen from the pod. */
  public record ReasonCount(int reason, Direction direction, long packets, long bytes) {}
}
