package dev.sluice.core.node;

import java.util.ArrayList;
import java.util.List;

/**
 * A run of ports that one LPM entry covers: those that share the first {@code bits} bits with
 * {@code first}.
 *
 * @param first lowest port of the block
 * @param bits 0 (every port) to 16 (one port)
 */
record PortBlock(int first, int bits) {
  private static final int PORT_BITS = 16;

  /** The fewest blocks that cover exactly {@code first..last}, ascending; at most 30. */
  static List<PortBlock> cover(int first, int last) {
    List<PortBlock> blocks = new ArrayList<>();
    int port = first;
    while (port <= last) {
      int size = Math.max(1, Integer.lowestOneBit(port | 1 << PORT_BITS));
      while (size > last - port + 1) {
        size /= 2;
      }
      blocks.add(new PortBlock(port, PORT_BITS - Integer.numberOfTrailingZeros(size)));
      port += size;
    }
    return blocks;
  }
}
