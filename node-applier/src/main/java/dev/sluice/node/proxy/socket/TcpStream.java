package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;
import static dev.sluice.node.proxy.socket.Syscalls.option;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One TCP connection that never blocks: one that was accepted in a server's name, or one that was
 * opened in a pod's. What the kernel does not take at once waits here. For one thread.
 */
public final class TcpStream implements AutoCloseable {
  private static final int NO_DELAY = 1;
  private static final int SCRATCH = 65_536;

  /** Bytes on their way in or out, which nobody keeps. */
  private static final ThreadLocal<MemorySegment> BYTES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(SCRATCH, 8));

  /** What {@link #read} found. */
  public enum Found {
    /** Bytes. */
    BYTES,
    /** Nothing yet. */
    NOTHING,
    /** The other side says no more. */
    END,
    /** The connection is no more. */
    BROKEN
  }

  /** One reading; bytes is empty but for {@link Found#BYTES}. */
  public record Read(Found found, byte[] bytes) {}

  private static final byte[] NONE = new byte[0];

  private final int fd;
  private final Peer from;
  private final Peer to;
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int sentOfFirst;
  private int waitingBytes;
  private boolean open = true;

  private TcpStream(int fd, Peer from, Peer to) {
    this.fd = fd;
    this.from = from;
    this.to = to;
    option(fd, 6, NO_DELAY, 1, "TCP_NODELAY");
  }

  static TcpStream accepted(int fd, Peer from, Peer to) {
    return new TcpStream(fd, from, to);
  }

  /** The room that an address may take, written where the kernel looks for it. */
  static MemorySegment sized(MemorySegment size) {
    size.set(ValueLayout.JAVA_INT, 0, 28);
    return size;
  }

  /**
   * Begins to open one in the calling thread's network namespace; what is written waits for it.
   *
   * @param from the pod's address and a port; taken: try another
   * @param inPodsName false: from an address of the node's own choice, unmarked
   * @return null when the port is taken
   */
  public static TcpStream connect(Peer from, Peer to, boolean inPodsName) {
    int fd = check(Syscalls.socket(to.family(), 1 | 0x80800, 0), "cannot make a socket");
    try (Arena scratch = Arena.ofConfined()) {
      if (inPodsName) {
        boolean v6 = to.address().v6();
        option(fd, v6 ? 41 : 0, v6 ? 75 : 19, 1, "IP_TRANSPARENT");
        option(fd, 1, 36, UdpLine.MARK, "SO_MARK");
        option(fd, 1, 2, 1, "SO_REUSEADDR"); // beside what only lingers there
        int bound = Syscalls.bind(fd, from.encode(scratch));
        if (bound == -Syscalls.ADDRESS_IN_USE) {
          Syscalls.close(fd);
          return null;
        }
        check(bound, "cannot bind a socket to " + from);
      }
      int begun = Syscalls.connect(fd, to.encode(scratch));
      if (begun == -Syscalls.NO_ADDRESS) {
        Syscalls.close(fd);
        return null;
      }
      if (begun != -Syscalls.IN_PROGRESS) {
        check(begun, "cannot reach " + to);
      }
      return new TcpStream(fd, from, to);
    } catch (RuntimeException e) {
      Syscalls.close(fd);
      throw e;
    }
  }

  public int fd() {
    return fd;
  }

  /** Who opened it. */
  public Peer from() {
    return from;
  }

  /** Who was dialled. */
  public Peer to() {
    return to;
  }

  /** What came since; once. */
  public Read read() {
    MemorySegment scratch = BYTES.get();
    long length = Syscalls.receive(fd, scratch);
    if (length > 0) {
      byte[] bytes = scratch.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new Read(Found.BYTES, bytes);
    }
    if (length == 0) {
      return new Read(Found.END, NONE);
    }
    return new Read(length == -Syscalls.AGAIN ? Found.NOTHING : Found.BROKEN, NONE);
  }

  /** Sends bytes behind those that wait. */
  public void write(byte[] bytes) {
    waiting.add(bytes);
    waitingBytes += bytes.length;
    flush();
  }

  /** Sends what waits, as far as the kernel takes it; a broken connection is seen by reading. */
  public void flush() {
    MemorySegment scratch = BYTES.get();
    while (!waiting.isEmpty()) {
      byte[] first = waiting.peek();
      int length = Math.min(SCRATCH, first.length - sentOfFirst);
      MemorySegment.copy(first, sentOfFirst, scratch, ValueLayout.JAVA_BYTE, 0, length);
      long sent = Syscalls.send(fd, scratch, length);
      if (sent <= 0) {
        return;
      }
      waitingBytes -= (int) sent;
      sentOfFirst += (int) sent;
      if (sentOfFirst == first.length) {
        waiting.poll();
        sentOfFirst = 0;
      }
    }
  }

  /** Bytes that the kernel has not taken yet. */
  public int waiting() {
    return waitingBytes;
  }

  /** Ends it so that nothing of it is left on this side, not even for the time it would linger. */
  public void reset() {
    if (open) {
      option(fd, 1, 13, new int[] {1, 0}, "SO_LINGER");
      close();
    }
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      Syscalls.close(fd);
    }
  }
}
