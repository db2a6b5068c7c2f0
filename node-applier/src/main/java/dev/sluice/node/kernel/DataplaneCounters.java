package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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

  static DataplaneCounters read(BpfMap stats, BpfMap metrics) {
    List<ReasonCount> reasons = new ArrayList<>();
    metrics.forEach(
        (key, value) -> {
          int index = buffer(key).getInt();
          long[] sums = sum(value, Layouts.METRIC);
          if (sums[0] != 0) {
            Direction direction = (index & 1) == 0 ? Direction.INGRESS : Direction.EGRESS;
            reasons.add(new ReasonCount(index >>> 1, direction, sums[0], sums[1]));
          }
        });
    long[] of = sum(stats.lookup(new byte[4]).orElseThrow(), Layouts.STATS);
    return new DataplaneCounters(reasons, of[0], of[1], of[3] - of[4], of[2]);
  }

  private static long[] sum(byte[] perCpu, int bytes) {
    ByteBuffer all = buffer(perCpu);
    long[] sums = new long[bytes / 8];
    while (all.hasRemaining()) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += all.getLong();
      }
    }
    return sums;
  }
}
