package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@code struct slc_event} as a value. */
final class EventCodec {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong ADDRESS_HALF =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int REPLY = 1;

  private EventCodec() {}

  static KernelEvent decode(MemorySegment event) {
    return new KernelEvent(
        KernelEvent.Type.ALL.get(event.get(BYTE, 108) - 1),
        event.get(LONG, 0),
        event.get(LONG, 120),
        event.get(INT, 76),
        event.get(INT, 80),
        event.get(INT, 116),
        event.get(BYTE, 110) == 0 ? Direction.INGRESS : Direction.EGRESS,
        event.get(BYTE, 109) & 0xff,
        address(event, 40),
        event.get(PORT, 72) & 0xffff,
        address(event, 56),
        event.get(PORT, 74) & 0xffff,
        event.get(BYTE, 111) & 0xff,
        event.get(BYTE, 112) & 0xff,
        event.get(INT, 84),
        event.get(INT, 88),
        event.get(INT, 92),
        event.get(INT, 96),
        Integer.toUnsignedLong(event.get(INT, 100)),
        event.get(INT, 104),
        event.get(LONG, 8),
        event.get(LONG, 16),
        event.get(LONG, 24),
        event.get(LONG, 32),
        (event.get(BYTE, 113) & REPLY) != 0,
        event.get(INT, 128),
        event.get(BYTE, 114) & 0xff,
        event.get(BYTE, 115) & 0xff);
  }

  private static IpAddress address(MemorySegment event, long at) {
    long high = event.get(ADDRESS_HALF, at);
    long low = event.get(ADDRESS_HALF, at + 8);
    return new IpAddress(!(high == 0 && (low >>> 32) == 0xffffL), high, low);
  }
}
