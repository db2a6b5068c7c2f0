package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;
import static dev.sluice.node.proxy.socket.Syscalls.option;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.UntouchedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The socket to which the kernel hands datagrams that were on their way to others, of one family.
 * It is bound to loopback, and tells of each datagram whom it was for. For one thread.
 */
public final class UdpTap implements AutoCloseable {
  private static final int BATCH = 32;
  private static final int DATAGRAM = 65_535;

  /** Whole pages each, so that small datagrams touch one. */
  private static final int SPACING = 65_536;

  private static final int CONTROL = 128;
  private static final int HEADER = 64; // struct mmsghdr
  private static final int SO_RCVBUFFORCE = 33;

  /** A datagram and its two ends. The bytes are good until the call returns. */
  public interface Receiver {
    void datagram(Peer from, Peer to, byte[] bytes);
  }

  private final Arena arena = Arena.ofShared();
  private final int fd;
  private final MemorySegment headers;
  private final MemorySegment[] names = new MemorySegment[BATCH];
  private final MemorySegment[] buffers = new MemorySegment[BATCH];
  private final MemorySegment[] controls = new MemorySegment[BATCH];
  private int dropped;

  private UdpTap(int fd) {
    this.fd = fd;
    this.headers = arena.allocate((long) HEADER * BATCH, 8);
    MemorySegment room = UntouchedMemory.allocate((long) SPACING * BATCH, arena);
    for (int i = 0; i < BATCH; i++) {
      names[i] = arena.allocate(28, 8);
      buffers[i] = room.asSlice((long) SPACING * i, DATAGRAM);
      controls[i] = arena.allocate(CONTROL, 8);
      MemorySegment vector = arena.allocate(16, 8);
      vector.set(ValueLayout.ADDRESS, 0, buffers[i]);
      vector.set(ValueLayout.JAVA_LONG, 8, DATAGRAM);
      MemorySegment header = headers.asSlice((long) HEADER * i, HEADER);
      header.set(ValueLayout.ADDRESS, 0, names[i]);
      header.set(ValueLayout.ADDRESS, 16, vector);
      header.set(ValueLayout.JAVA_LONG, 24, 1);
      header.set(ValueLayout.ADDRESS, 32, controls[i]);
    }
  }

  /** Opens one in the calling thread's network namespace; null when that has not the family. */
  public static UdpTap open(boolean v6) {
    int made = Syscalls.socket(v6 ? Peer.INET6 : Peer.INET, 2 | 0x80800, 0);
    if (v6 && made < 0) {
      return null;
    }
    UdpTap tap = new UdpTap(check(made, "cannot make a socket"));
    try {
      if (v6) {
        option(tap.fd, 41, 74, 1, "IPV6_RECVORIGDSTADDR");
      } else {
        option(tap.fd, 0, 20, 1, "IP_RECVORIGDSTADDR");
      }
      option(tap.fd, 1, SO_RCVBUFFORCE, 4 << 20, "SO_RCVBUFFORCE");
      MemorySegment loopback =
          new Peer(IpAddress.parse(v6 ? "::1" : "127.0.0.1"), 0).encode(tap.arena);
      check(Syscalls.bind(tap.fd, loopback), "cannot bind a socket to loopback");
      return tap;
    } catch (RuntimeException e) {
      tap.close();
      throw e;
    }
  }

  public int fd() {
    return fd;
  }

  /** Hands over what waits, up to a batch; returns how many that was. */
  public int receive(Receiver receiver) {
    for (int i = 0; i < BATCH; i++) {
      long at = (long) HEADER * i;
      headers.set(ValueLayout.JAVA_INT, at + 8, 28);
      headers.set(ValueLayout.JAVA_LONG, at + 40, CONTROL);
    }
    int count = Syscalls.receiveMany(fd, headers, BATCH);
    for (int i = 0; i < count; i++) {
      long at = (long) HEADER * i;
      int length = headers.get(ValueLayout.JAVA_INT, at + 56);
      Peer from = Peer.decode(names[i], 0);
      Peer to = destination(controls[i], headers.get(ValueLayout.JAVA_LONG, at + 40));
      if (from != null && to != null) {
        receiver.datagram(from, to, buffers[i].asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return Math.max(0, count);
  }

  /** How many datagrams found no place in it, or were damaged, since this was asked last. */
  public int dropped() {
    int before = dropped;
    dropped = Syscalls.drops(fd);
    return dropped - before;
  }

  /** Walks the control messages: {@code struct cmsghdr} is a length, a level and a type. */
  private Peer destination(MemorySegment control, long length) {
    long at = 0;
    while (at + 16 <= length) {
      long size = control.get(ValueLayout.JAVA_LONG, at);
      int level = control.get(ValueLayout.JAVA_INT, at + 8);
      int type = control.get(ValueLayout.JAVA_INT, at + 12);
      if (size < 16) {
        return null;
      }
      if ((level == 41 && type == 74) || (level == 0 && type == 20)) {
        return Peer.decode(control, at + 16);
      }
      at += (size + 7) & ~7L;
    }
    return null;
  }

  @Override
  public void close() {
    Syscalls.close(fd);
    arena.close();
  }
}
