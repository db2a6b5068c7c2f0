package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;
import static dev.sluice.node.proxy.socket.Syscalls.option;

import dev.sluice.core.net.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The socket to which the kernel hands connections that were on their way to others, of one family.
 * It is bound to loopback; what it accepts has the address that was dialled. For one thread.
 */
public final class TcpListener implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment address = arena.allocate(28, 4);
  private final MemorySegment size = arena.allocate(4, 4);
  private final int fd;

  private TcpListener(int fd) {
    this.fd = fd;
  }

  /** Opens one in the calling thread's network namespace; null when that has not the family. */
  public static TcpListener open(boolean v6) {
    int made = Syscalls.socket(v6 ? Peer.INET6 : Peer.INET, 1 | 0x80800, 0);
    if (v6 && made < 0) {
      return null;
    }
    TcpListener listener = new TcpListener(check(made, "cannot make a socket"));
    try {
      // It answers with the address that was dialled, which is not the node's.
      option(listener.fd, v6 ? 41 : 0, v6 ? 75 : 19, 1, "IP_TRANSPARENT");
      if (v6) {
        option(listener.fd, 41, 26, 1, "IPV6_V6ONLY");
      }
      MemorySegment loopback =
          new Peer(IpAddress.parse(v6 ? "::1" : "127.0.0.1"), 0).encode(listener.arena);
      check(Syscalls.bind(listener.fd, loopback), "cannot bind a socket to loopback");
      check(Syscalls.listen(listener.fd, BACKLOG), "cannot listen");
      return listener;
    } catch (RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  public int fd() {
    return fd;
  }

  /** The next connection; null when none waits. */
  public TcpStream accept() {
    while (true) {
      int made = Syscalls.accept(fd, address, TcpStream.sized(size));
      if (made == -Syscalls.AGAIN) {
        return null;
      }
      if (made < 0) {
        return null; // it broke while it waited, or there are too many files open: asked again
      }
      Peer from = Peer.decode(address, 0);
      boolean named = Syscalls.name(made, address, TcpStream.sized(size)) >= 0;
      Peer to = named ? Peer.decode(address, 0) : null;
      if (from != null && to != null) {
        return TcpStream.accepted(made, from, to);
      }
      Syscalls.close(made);
    }
  }

  @Override
  public void close() {
    Syscalls.close(fd);
    arena.close();
  }
}
