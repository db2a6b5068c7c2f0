package dev.sluice.ingest.folder;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Linux inotify(7) through libc. Java's WatchService cannot tell that a file was closed after
 * writing, and a file that is read while it is being written would take objects away that are about
 * to come.
 *
 * <p>{@link #read} is for one thread; {@link #wake} for any; {@link #close} after the reader ended.
 */
final class Inotify implements AutoCloseable {
  static final int CLOSE_WRITE = 0x8;
  static final int MOVED_FROM = 0x40;
  static final int MOVED_TO = 0x80;
  static final int CREATE = 0x100;
  static final int DELETE = 0x200;
  static final int DELETE_SELF = 0x400;
  static final int MOVE_SELF = 0x800;
  static final int OVERFLOW = 0x4000;
  static final int IGNORED = 0x8000;
  static final int ONLY_DIRECTORY = 0x01000000;
  static final int IS_DIRECTORY = 0x40000000;

  /**
   * One struct inotify_event.
   *
   * @param watch which directory, -1 for OVERFLOW
   * @param name of the file inside; empty for the directory itself
   */
  record Event(int watch, int mask, String name) {
    boolean has(int flag) {
      return (mask & flag) != 0;
    }
  }

  private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int EVENT_HEADER_BYTES = 16;
  private static final short POLLIN = 1;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle INIT =
      libc("inotify_init1", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle ADD =
      libc(
          "inotify_add_watch",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle EVENTFD =
      libc(
          "eventfd",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle POLL =
      libc(
          "poll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle READ =
      libc(
          "read",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle WRITE =
      libc(
          "write",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle CLOSE =
      libc("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
  private final MemorySegment fds = arena.allocate(16, 8);
  private final MemorySegment state = arena.allocate(CAPTURED);
  private final int inotify;
  private final int wakeup;

  Inotify() throws IOException {
    inotify = (int) call(INIT, NONBLOCK_CLOEXEC);
    wakeup = (int) call(EVENTFD, 0, NONBLOCK_CLOEXEC);
  }

  /** Watches a directory; the same directory gives the same number. */
  int watch(String directory, int mask) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      return (int) call(ADD, inotify, scratch.allocateFrom(directory), mask | ONLY_DIRECTORY);
    }
  }

  /**
   * Waits for events.
   *
   * @param timeoutMillis -1: until there are some or {@link #wake} is called
   * @return what has come, in order; empty when time is over or woken
   */
  List<Event> read(int timeoutMillis) throws IOException {
    fds.set(ValueLayout.JAVA_INT, 0, inotify);
    fds.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
    fds.set(ValueLayout.JAVA_INT, 8, wakeup);
    fds.set(ValueLayout.JAVA_SHORT, 12, POLLIN);
    long length = await(timeoutMillis);
    List<Event> events = new ArrayList<>();
    for (long at = 0; at < length; ) {
      int nameBytes = buffer.get(ValueLayout.JAVA_INT, at + 12);
      events.add(
          new Event(
              buffer.get(ValueLayout.JAVA_INT, at),
              buffer.get(ValueLayout.JAVA_INT, at + 4),
              nameBytes == 0 ? "" : buffer.getString(at + EVENT_HEADER_BYTES)));
      at += EVENT_HEADER_BYTES + nameBytes;
    }
    return events;
  }

  /** The bytes read; 0 when nothing has come. The calls are exact: a change waits for them. */
  private long await(int timeoutMillis) throws IOException {
    try {
      result((int) POLL.invokeExact(state, fds, 2L, timeoutMillis), state);
      return result((long) READ.invokeExact(state, inotify, buffer, (long) BUFFER_BYTES), state);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes the present and every later {@link #read} return at once. */
  void wake() throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      call(WRITE, wakeup, scratch.allocateFrom(ValueLayout.JAVA_LONG, 1L), 8L);
    }
  }

  @Override
  public void close() throws IOException {
    call(CLOSE, inotify);
    call(CLOSE, wakeup);
    arena.close();
  }

  private static MethodHandle libc(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  /** The call's result; 0 when it was interrupted or had nothing to give. */
  private static long call(MethodHandle function, Object... arguments) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CAPTURED);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      return result(((Number) function.invokeWithArguments(all)).longValue(), state);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static long result(long returned, MemorySegment state) throws IOException {
    if (returned >= 0) {
      return returned;
    }
    int errno = (int) ERRNO.get(state, 0L);
    if (errno == EINTR || errno == EAGAIN) {
      return 0;
    }
    throw new IOException("inotify failed with errno " + errno + hint(errno));
  }

  private static String hint(int errno) {
    return switch (errno) {
      case 24 -> ": raise fs.inotify.max_user_instances";
      case 28 -> ": raise fs.inotify.max_user_watches";
      default -> "";
    };
  }
}
