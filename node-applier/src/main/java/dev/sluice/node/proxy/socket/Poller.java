package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/**
 * Waits for several sockets at once; another thread can end the wait. All but {@link #wake} is for
 * one thread.
 */
public final class Poller implements AutoCloseable {
  private static final int EVENTS = 64;
  private static final int ADD = 1;
  private static final int READABLE = 1;

  /** The kernel packs {@code struct epoll_event} on x86-64. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int EVENT = PACKED ? 12 : 16;
  private static final int DATA = PACKED ? 4 : 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment events = arena.allocate((long) EVENT * EVENTS, 8);
  private final MemorySegment one = arena.allocate(8, 8);
  private final MemorySegment count = arena.allocate(8, 8);
  private final int epoll = Syscalls.epollCreate();
  private final int waker = Syscalls.eventFd();

  public Poller() {
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    add(waker);
  }

  /** Watches a socket until it is closed. */
  public void add(int fd) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment event = scratch.allocate(16, 8);
      event.set(ValueLayout.JAVA_INT, 0, READABLE);
      event.set(ValueLayout.JAVA_INT_UNALIGNED, DATA, fd);
      check(Syscalls.epollControl(epoll, ADD, fd, event), "cannot watch a socket");
    }
  }

  /** Waits, and names each socket that has something to read. */
  public void poll(int timeoutMillis, IntConsumer readable) {
    int ready = Syscalls.epollWait(epoll, events, EVENTS, timeoutMillis);
    for (int i = 0; i < ready; i++) {
      int fd = events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) EVENT * i + DATA);
      if (fd == waker) {
        long ignored = Syscalls.read(waker, count);
      } else {
        readable.accept(fd);
      }
    }
  }

  /** Ends the wait of the polling thread. Any thread. */
  public void wake() {
    long ignored = Syscalls.write(waker, one);
  }

  @Override
  public void close() {
    Syscalls.close(waker);
    Syscalls.close(epoll);
    arena.close();
  }
}
