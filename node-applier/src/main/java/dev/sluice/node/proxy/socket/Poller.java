package dev.sluice.node.proxy.socket;

import static dev.sluice.node.proxy.socket.Syscalls.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Waits for several sockets at once; another thread can end the wait. All but {@link #wake} is for
 * one thread.
 */
public final class Poller implements AutoCloseable {
  private static final int EVENTS = 64;
  private static final int ADD = 1;
  private static final int MODIFY = 3;
  private static final int READABLE = 1;
  private static final int WRITABLE = 4;
  private static final int ERROR_OR_HANGUP = 8 | 16;

  /** Told which sockets are as they are watched for, or have broken. */
  public interface Ready {
    void ready(int fd, boolean broken);
  }

  /** The kernel packs {@code struct epoll_event} on x86-64. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int EVENT = PACKED ? 12 : 16;
  private static final int DATA = PACKED ? 4 : 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment events = arena.allocate((long) EVENT * EVENTS, 8);
  private final MemorySegment one = arena.allocate(8, 8);
  private final MemorySegment woken = arena.allocate(8, 8);
  private final int epoll = Syscalls.epollCreate();
  private final int waker = Syscalls.eventFd();

  public Poller() {
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    add(waker);
  }

  /** Watches for something to read, until the socket is closed. */
  public void add(int fd) {
    control(ADD, fd, READABLE);
  }

  /** Watches a socket that was added for something else; for its end always. */
  public void watch(int fd, boolean readable, boolean writable) {
    control(MODIFY, fd, (readable ? READABLE : 0) | (writable ? WRITABLE : 0));
  }

  private void control(int operation, int fd, int events) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment event = scratch.allocate(16, 8);
      event.set(ValueLayout.JAVA_INT, 0, events);
      event.set(ValueLayout.JAVA_INT_UNALIGNED, DATA, fd);
      check(Syscalls.epollControl(epoll, operation, fd, event), "cannot watch a socket");
    }
  }

  /** Waits, and names each socket that is as it is watched for, or broken. */
  public void poll(int timeoutMillis, Ready ready) {
    int count = Syscalls.epollWait(epoll, events, EVENTS, timeoutMillis);
    for (int i = 0; i < count; i++) {
      int fd = events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) EVENT * i + DATA);
      if (fd == waker) {
        long ignored = Syscalls.read(waker, woken);
      } else {
        int what = events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) EVENT * i);
        ready.ready(fd, (what & ERROR_OR_HANGUP) != 0);
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
