package dev.sluice.node.bpf;

import static dev.sluice.node.bpf.Native.INT;
import static dev.sluice.node.bpf.Native.LONG;
import static dev.sluice.node.bpf.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The few functions of libc that are needed; each throws {@link BpfException} on failure. */
final class Libc {
  static final int O_RDONLY = 0;
  static final int O_CLOEXEC = 0x80000;
  static final int CLONE_NEWNET = 0x40000000;
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_NETNS_COOKIE = 71;

  private Libc() {}

  private static final class Open {
    static final MethodHandle HANDLE = Native.libc("open", Native.of(INT, POINTER, INT));
  }

  private static final class Close {
    static final MethodHandle HANDLE = Native.libc("close", Native.of(INT, INT));
  }

  private static final class SetNs {
    static final MethodHandle HANDLE = Native.libc("setns", Native.of(INT, INT, INT));
  }

  private static final class Read {
    static final MethodHandle HANDLE = Native.libc("read", Native.of(LONG, INT, POINTER, LONG));
  }

  private static final class Socket {
    static final MethodHandle HANDLE = Native.libc("socket", Native.of(INT, INT, INT, INT));
  }

  private static final class GetSockOpt {
    static final MethodHandle HANDLE =
        Native.libc("getsockopt", Native.of(INT, INT, INT, INT, POINTER, POINTER));
  }

  private static final class Mmap {
    static final MethodHandle HANDLE =
        Native.libc("mmap", Native.of(POINTER, POINTER, LONG, INT, INT, INT, LONG));
  }

  private static final class Munmap {
    static final MethodHandle HANDLE = Native.libc("munmap", Native.of(INT, POINTER, LONG));
  }

  private static final class SetPriority {
    static final MethodHandle HANDLE = Native.libc("setpriority", Native.of(INT, INT, INT, INT));
  }

  private static final class Mount {
    static final MethodHandle HANDLE =
        Native.libc("mount", Native.of(INT, POINTER, POINTER, POINTER, LONG, POINTER));
  }

  private static final class PageSize {
    static final MethodHandle HANDLE =
        Native.libc("getpagesize", FunctionDescriptor.of(ValueLayout.JAVA_INT));
  }

  private static final class Geteuid {
    static final MethodHandle HANDLE =
        Native.libc("geteuid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
  }

  static int open(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      int fd = (int) Open.HANDLE.invokeExact(errno, arena.allocateFrom(path), O_RDONLY | O_CLOEXEC);
      return check(fd, errno, "cannot open " + path);
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) Close.HANDLE.invokeExact(Native.errnoSegment(arena), fd);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Moves the calling platform thread into a network namespace. */
  static void setNetns(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      check((int) SetNs.HANDLE.invokeExact(errno, fd, CLONE_NEWNET), errno, "setns failed");
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Reads until there is no more, and forgets what was read. */
  static void readToEnd(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      MemorySegment room = arena.allocate(4096);
      long count;
      do {
        count = (long) Read.HANDLE.invokeExact(errno, fd, room, room.byteSize());
      } while (count > 0);
      check((int) count, errno, "read failed");
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** The cookie of the calling thread's network namespace; unique while the machine runs. */
  static long netnsCookie() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      int fd =
          check(
              (int) Socket.HANDLE.invokeExact(errno, AF_UNIX, SOCK_DGRAM | O_CLOEXEC, 0),
              errno,
              "cannot make a socket");
      try {
        MemorySegment cookie = arena.allocate(ValueLayout.JAVA_LONG);
        MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
        length.set(ValueLayout.JAVA_INT, 0, 8);
        check(
            (int)
                GetSockOpt.HANDLE.invokeExact(
                    errno, fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, length),
            errno,
            "cannot ask for the network namespace's cookie");
        return cookie.get(ValueLayout.JAVA_LONG, 0);
      } finally {
        close(fd);
      }
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /**
   * Maps memory for as long as {@code life} lasts: whoever looks at it later gets an exception, and
   * not a signal that ends the process.
   */
  static MemorySegment mmap(long size, int protection, int fd, long offset, Arena life) {
    return mmap(size, protection, MAP_SHARED, fd, offset, life);
  }

  /** As above, with the flags of mmap(2). */
  static MemorySegment mmap(long size, int protection, int flags, int fd, long offset, Arena life) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      MemorySegment address =
          (MemorySegment)
              Mmap.HANDLE.invokeExact(
                  errno, MemorySegment.NULL, size, protection, flags, fd, offset);
      if (address.address() == -1) {
        throw new BpfException("mmap of " + size + " bytes failed", Native.errno(errno));
      }
      return address.reinterpret(size, life, Libc::munmap);
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  private static void munmap(MemorySegment mapping) {
    try (Arena arena = Arena.ofConfined()) {
      int ignored =
          (int) Munmap.HANDLE.invokeExact(Native.errnoSegment(arena), mapping, mapping.byteSize());
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /**
   * Sets the nice level of a thread; what is not allowed is left as it is.
   *
   * @param thread the kernel's number of it; 0: the calling one
   */
  static void nice(int thread, int level) {
    try (Arena arena = Arena.ofConfined()) {
      int ignored =
          (int) SetPriority.HANDLE.invokeExact(Native.errnoSegment(arena), 0, thread, level);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static void mountBpf(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoSegment(arena);
      MemorySegment type = arena.allocateFrom("bpf");
      int result =
          (int)
              Mount.HANDLE.invokeExact(
                  errno, type, arena.allocateFrom(path), type, 0L, MemorySegment.NULL);
      check(result, errno, "cannot mount the bpf filesystem on " + path);
    } catch (BpfException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int pageSize() {
    try (Arena arena = Arena.ofConfined()) {
      return (int) PageSize.HANDLE.invokeExact(Native.errnoSegment(arena));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int effectiveUser() {
    try (Arena arena = Arena.ofConfined()) {
      return (int) Geteuid.HANDLE.invokeExact(Native.errnoSegment(arena));
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  private static int check(int result, MemorySegment errno, String what) {
    if (result < 0) {
      throw new BpfException(what, Native.errno(errno));
    }
    return result;
  }
}
