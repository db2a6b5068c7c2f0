package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;
import static dev.sluice.node.proxy.socket.Syscalls.option;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A connected socket that speaks to one server in a pod's name: from the pod's address, marked, so
 * that the node's programs know whose it is. It hears that server alone. For one thread.
 */
public final class UdpLine implements AutoCloseable {
  /** {@code SLC_MARK_UPSTREAM} of the programs. */
  public static final int MARK = 0xb00;

  private static final int SO_MARK = 36;
  private static final int SO_RCVBUFFORCE = 33;

  /** Room for what a server sends while the process does not run for a moment. */
  private static final int RECEIVE_BYTES = 4 << 20;

  private static final int LARGEST = 65_535;

  /** A datagram on its way in or out, which nobody keeps. */
  private static final ThreadLocal<MemorySegment> BYTES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LARGEST, 8));

  private final int fd;

  private UdpLine(int fd) {
    this.fd = fd;
  }

  /**
   * Opens one in the calling thread's network namespace.
   *
   * @param from the pod's address and a port; taken: try another
   * @param inPodsName false: from an address of the node's own choice, unmarked
   * @return null when the port is taken
   */
  public static UdpLine open(Peer from, Peer to, boolean inPodsName) {
    int fd = check(Syscalls.socket(to.family(), 2 | 0x80800, 0), "cannot make a socket");
    UdpLine line = new UdpLine(fd);
    try (Arena scratch = Arena.ofConfined()) {
      option(fd, 1, SO_RCVBUFFORCE, RECEIVE_BYTES, "SO_RCVBUFFORCE");
      if (inPodsName) {
        boolean v6 = to.address().v6();
        option(fd, v6 ? 41 : 0, v6 ? 75 : 19, 1, "IP_TRANSPARENT");
        option(fd, 1, SO_MARK, MARK, "SO_MARK");
        int bound = Syscalls.bind(fd, from.encode(scratch));
        if (bound == -Syscalls.ADDRESS_IN_USE) {
          line.close();
          return null;
        }
        check(bound, "cannot bind a socket to " + from);
      }
      check(Syscalls.connect(fd, to.encode(scratch)), "cannot reach " + to);
      return line;
    } catch (RuntimeException e) {
      line.close();
      throw e;
    }
  }

  public int fd() {
    return fd;
  }

  /** Whether the kernel took it. */
  public boolean send(byte[] bytes) {
    MemorySegment buffer = BYTES.get();
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return Syscalls.send(fd, buffer, bytes.length) == bytes.length;
  }

  /** The next datagram; null when none waits. An ICMP error is none. */
  public byte[] receive() {
    MemorySegment buffer = BYTES.get();
    while (true) {
      long length = Syscalls.receive(fd, buffer);
      if (length >= 0) {
        return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      }
      if (length == -Syscalls.AGAIN) {
        return null;
      }
      if (length != -111 && length != -113 && length != -101) { // refused, no host, no network
        return null;
      }
    }
  }

  @Override
  public void close() {
    Syscalls.close(fd);
  }
}
