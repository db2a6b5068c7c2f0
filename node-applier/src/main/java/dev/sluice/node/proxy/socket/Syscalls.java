package dev.sluice.node.proxy.socket;

import static dev.sluice.node.bpf.Native.INT;
import static dev.sluice.node.bpf.Native.LONG;
import static dev.sluice.node.bpf.Native.POINTER;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Functions of libc. A result below zero is the negated errno. */
final class Syscalls {
  static final int AGAIN = 11;
  static final int ADDRESS_IN_USE = 98;
  static final int NO_ADDRESS = 99; // the same two ends still linger
  static final int MESSAGE_TOO_LONG = 90;
  static final int IN_PROGRESS = 115;

  private static final MethodHandle SOCKET = Native.libc("socket", Native.of(INT, INT, INT, INT));
  private static final MethodHandle CLOSE = Native.libc("close", Native.of(INT, INT));
  private static final MethodHandle BIND = Native.libc("bind", Native.of(INT, INT, POINTER, INT));
  private static final MethodHandle CONNECT =
      Native.libc("connect", Native.of(INT, INT, POINTER, INT));
  private static final MethodHandle LISTEN = Native.libc("listen", Native.of(INT, INT, INT));
  private static final MethodHandle ACCEPT =
      Native.libc("accept4", Native.of(INT, INT, POINTER, POINTER, INT));
  private static final MethodHandle NAME =
      Native.libc("getsockname", Native.of(INT, INT, POINTER, POINTER));
  private static final MethodHandle SETSOCKOPT =
      Native.libc("setsockopt", Native.of(INT, INT, INT, INT, POINTER, INT));
  private static final MethodHandle GETSOCKOPT =
      Native.libc("getsockopt", Native.of(INT, INT, INT, INT, POINTER, POINTER));
  private static final MethodHandle SEND =
      Native.libc("send", Native.of(LONG, INT, POINTER, LONG, INT));

  /** {@code MSG_NOSIGNAL}: a stream that the other side has closed is an errno, not a signal. */
  private static final int NO_SIGNAL = 0x4000;

  private static final MethodHandle SENDTO =
      Native.libc("sendto", Native.of(LONG, INT, POINTER, LONG, INT, POINTER, INT));
  private static final MethodHandle RECV =
      Native.libc("recv", Native.of(LONG, INT, POINTER, LONG, INT));
  private static final MethodHandle RECVMMSG =
      Native.libc("recvmmsg", Native.of(INT, INT, POINTER, INT, INT, POINTER));
  private static final MethodHandle EPOLL_CREATE =
      Native.libc("epoll_create1", Native.of(INT, INT));
  private static final MethodHandle EPOLL_CTL =
      Native.libc("epoll_ctl", Native.of(INT, INT, INT, INT, POINTER));
  private static final MethodHandle EPOLL_WAIT =
      Native.libc("epoll_wait", Native.of(INT, INT, POINTER, INT, INT));
  private static final MethodHandle EVENTFD = Native.libc("eventfd", Native.of(INT, INT, INT));
  private static final MethodHandle WRITE =
      Native.libc("write", Native.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle READ = Native.libc("read", Native.of(LONG, INT, POINTER, LONG));

  /** One a thread: calls are short, and their errno is read at once. */
  private static final ThreadLocal<MemorySegment> ERRNO =
      ThreadLocal.withInitial(() -> Native.errnoSegment(Arena.ofAuto()));

  private Syscalls() {}

  private static int result(int value, MemorySegment errno) {
    return value < 0 ? -Native.errno(errno) : value;
  }

  private static long result(long value, MemorySegment errno) {
    return value < 0 ? -Native.errno(errno) : value;
  }

  static int check(long result, String what) {
    if (result < 0) {
      throw new BpfException(what, (int) -result);
    }
    return (int) result;
  }

  static int socket(int family, int type, int protocol) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((int) SOCKET.invokeExact(errno, family, type, protocol), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static void close(int fd) {
    MemorySegment errno = ERRNO.get();
    try {
      int ignored = (int) CLOSE.invokeExact(errno, fd);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int bind(int fd, MemorySegment address) {
    MemorySegment errno = ERRNO.get();
    try {
      int size = (int) address.byteSize();
      return result((int) BIND.invokeExact(errno, fd, address, size), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int connect(int fd, MemorySegment address) {
    MemorySegment errno = ERRNO.get();
    try {
      int size = (int) address.byteSize();
      return result((int) CONNECT.invokeExact(errno, fd, address, size), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int listen(int fd, int backlog) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((int) LISTEN.invokeExact(errno, fd, backlog), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** A new socket, which does not block; its other end's address is written down. */
  static int accept(int fd, MemorySegment address, MemorySegment size) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((int) ACCEPT.invokeExact(errno, fd, address, size, 0x80800), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Writes down a socket's own address. */
  static int name(int fd, MemorySegment address, MemorySegment size) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((int) NAME.invokeExact(errno, fd, address, size), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static void option(int fd, int level, int name, int value, String what) {
    option(fd, level, name, new int[] {value}, what);
  }

  static void option(int fd, int level, int name, int[] value, String what) {
    try (Arena arena = Arena.ofConfined()) {
      option(fd, level, name, arena.allocateFrom(ValueLayout.JAVA_INT, value), what);
    }
  }

  static void option(int fd, int level, int name, MemorySegment value, String what) {
    MemorySegment errno = ERRNO.get();
    try {
      int size = (int) value.byteSize();
      check(
          result((int) SETSOCKOPT.invokeExact(errno, fd, level, name, value, size), errno),
          "cannot set " + what);
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  private static final int SO_MEMINFO = 55;

  /** Where {@code SO_MEMINFO} has the drops: {@code SK_MEMINFO_DROPS}. */
  private static final int DROPS = 8;

  /** How many datagrams found no place in a socket since it was made, modulo 2^32. */
  static int drops(int fd) {
    MemorySegment errno = ERRNO.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(4 * (DROPS + 1), 4);
      MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, 4 * (DROPS + 1));
      check(
          result((int) GETSOCKOPT.invokeExact(errno, fd, 1, SO_MEMINFO, numbers, size), errno),
          "cannot read SO_MEMINFO");
      return numbers.getAtIndex(ValueLayout.JAVA_INT, DROPS);
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static long send(int fd, MemorySegment bytes, long length) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((long) SEND.invokeExact(errno, fd, bytes, length, NO_SIGNAL), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static long sendTo(int fd, MemorySegment bytes, long length, MemorySegment address) {
    MemorySegment errno = ERRNO.get();
    try {
      int size = (int) address.byteSize();
      return result((long) SENDTO.invokeExact(errno, fd, bytes, length, 0, address, size), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static long receive(int fd, MemorySegment bytes) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((long) RECV.invokeExact(errno, fd, bytes, bytes.byteSize(), 0), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int receiveMany(int fd, MemorySegment headers, int count) {
    MemorySegment errno = ERRNO.get();
    try {
      return result(
          (int) RECVMMSG.invokeExact(errno, fd, headers, count, 0, MemorySegment.NULL), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int epollCreate() {
    MemorySegment errno = ERRNO.get();
    try {
      return check(
          result((int) EPOLL_CREATE.invokeExact(errno, 0x80000), errno), "epoll_create1 failed");
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int epollControl(int epoll, int operation, int fd, MemorySegment event) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((int) EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int epollWait(int epoll, MemorySegment events, int count, int timeoutMillis) {
    MemorySegment errno = ERRNO.get();
    try {
      return result(
          (int) EPOLL_WAIT.invokeExact(errno, epoll, events, count, timeoutMillis), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int eventFd() {
    MemorySegment errno = ERRNO.get();
    try {
      return check(result((int) EVENTFD.invokeExact(errno, 0, 0x80800), errno), "eventfd failed");
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static long write(int fd, MemorySegment bytes) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((long) WRITE.invokeExact(errno, fd, bytes, bytes.byteSize()), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static long read(int fd, MemorySegment bytes) {
    MemorySegment errno = ERRNO.get();
    try {
      return result((long) READ.invokeExact(errno, fd, bytes, bytes.byteSize()), errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }
}
