package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;
import static dev.sluice.node.proxy.socket.Syscalls.option;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends datagrams in a server's name. Raw sockets, because a socket bound to the server's port
 * would be in the way of the node's own listeners on that port. For one thread.
 */
public final class UdpReplies implements AutoCloseable {
  private static final int RAW = 3;
  private static final int LARGEST = 65_575;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(LARGEST, 8);
  private final LongAdder unsent;
  private final int v4;
  private final int v6;
  private int mtu;
  private int nextId;

  private UdpReplies(LongAdder unsent, int v4, int v6, int mtu) {
    this.unsent = unsent;
    this.v4 = v4;
    this.v6 = v6;
    this.mtu = mtu;
  }

  /**
   * Opens it in the calling thread's network namespace.
   *
   * @param mtu of pods' links
   * @param unsent counts what the kernel does not take
   */
  public static UdpReplies open(int mtu, LongAdder unsent) {
    int v4 = check(Syscalls.socket(Peer.INET, RAW | 0x80800, 255), "cannot make a raw socket");
    int v6 = Syscalls.socket(Peer.INET6, RAW | 0x80800, 255);
    UdpReplies replies = new UdpReplies(unsent, v4, v6, mtu);
    if (v6 >= 0) {
      option(v6, 41, 36, 1, "IPV6_HDRINCL");
    }
    return replies;
  }

  /** Pods' links carry packets of this size. */
  public void mtu(int bytes) {
    mtu = bytes;
  }

  /** Sends one; what the kernel does not take is lost, as datagrams may be, and counted. */
  public void send(Peer from, Peer to, byte[] payload) {
    boolean sent = true;
    try (Arena scratch = Arena.ofConfined()) {
      // A raw socket's address has no port.
      MemorySegment address = new Peer(to.address(), 0).encode(scratch);
      for (byte[] packet : Datagrams.packets(from, to, payload, ++nextId, mtu)) {
        MemorySegment.copy(packet, 0, buffer, ValueLayout.JAVA_BYTE, 0, packet.length);
        int fd = to.address().v6() ? v6 : v4;
        sent &= Syscalls.sendTo(fd, buffer, packet.length, address) == packet.length;
      }
    }
    if (!sent) {
      unsent.increment();
    }
  }

  @Override
  public void close() {
    Syscalls.close(v4);
    if (v6 >= 0) {
      Syscalls.close(v6);
    }
    arena.close();
  }
}
