package dev.sluice.node.proxy.socket;

import dev.sluice.core.net.IpAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** An address and a port; one end of a flow. */
public record Peer(IpAddress address, int port) {
  static final int INET = 2;
  static final int INET6 = 10;

  private static final ValueLayout.OfShort BIG_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  int family() {
    return address.v6() ? INET6 : INET;
  }

  /** {@code struct sockaddr_in} or {@code sockaddr_in6}. */
  MemorySegment encode(SegmentAllocator arena) {
    MemorySegment bytes = arena.allocate(address.v6() ? 28 : 16, 4);
    bytes.set(ValueLayout.JAVA_SHORT, 0, (short) family());
    bytes.set(BIG_SHORT, 2, (short) port);
    byte[] mapped = address.mapped();
    int from = address.v6() ? 0 : 12;
    MemorySegment.copy(mapped, from, bytes, ValueLayout.JAVA_BYTE, address.v6() ? 8 : 4, 16 - from);
    return bytes;
  }

  /** Reads what {@link #encode} writes; null when the family is another. */
  static Peer decode(MemorySegment bytes, long at) {
    int family = bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
    int port = bytes.get(BIG_SHORT, at + 2) & 0xffff;
    byte[] mapped = new byte[16];
    if (family == INET) {
      mapped[10] = mapped[11] = (byte) 0xff;
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at + 4, mapped, 12, 4);
    } else if (family == INET6) {
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at + 8, mapped, 0, 16);
    } else {
      return null;
    }
    return new Peer(IpAddress.ofMapped(mapped), port);
  }

  @Override
  public String toString() {
    return (address.v6() ? "[" + address + "]" : address) + ":" + port;
  }
}
