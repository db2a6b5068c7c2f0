package dev.sluice.node.bpf;

import static dev.sluice.node.bpf.Native.INT;
import static dev.sluice.node.bpf.Native.LONG;
import static dev.sluice.node.bpf.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Functions of libbpf on map entries: results are 0 or a negative errno. */
final class LibbpfMaps {
  private LibbpfMaps() {}

  private static final class Lookup {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map_lookup_elem", Native.of(INT, INT, POINTER, POINTER));
  }

  private static final class Update {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map_update_elem", Native.of(INT, INT, POINTER, POINTER, LONG));
  }

  private static final class Delete {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map_delete_elem", Native.of(INT, INT, POINTER));
  }

  private static final class NextKey {
    static final MethodHandle HANDLE =
        Native.libbpf("bpf_map_get_next_key", Native.of(INT, INT, POINTER, POINTER));
  }

  private static final class LookupBatch {
    static final MethodHandle HANDLE =
        Native.libbpf(
            "bpf_map_lookup_batch",
            Native.of(INT, INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
  }

  private static final class UpdateBatch {
    static final MethodHandle HANDLE =
        Native.libbpf(
            "bpf_map_update_batch", Native.of(INT, INT, POINTER, POINTER, POINTER, POINTER));
  }

  static int lookup(int fd, MemorySegment key, MemorySegment value) {
    try {
      return (int) Lookup.HANDLE.invokeExact(fd, key, value);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int update(int fd, MemorySegment key, MemorySegment value, long flags) {
    try {
      return (int) Update.HANDLE.invokeExact(fd, key, value, flags);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int delete(int fd, MemorySegment key) {
    try {
      return (int) Delete.HANDLE.invokeExact(fd, key);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int nextKey(int fd, MemorySegment key, MemorySegment next) {
    try {
      return (int) NextKey.HANDLE.invokeExact(fd, key, next);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int lookupBatch(
      int fd,
      MemorySegment from,
      MemorySegment to,
      MemorySegment keys,
      MemorySegment values,
      MemorySegment count) {
    try {
      return (int)
          LookupBatch.HANDLE.invokeExact(fd, from, to, keys, values, count, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  static int updateBatch(int fd, MemorySegment keys, MemorySegment values, MemorySegment count) {
    try {
      return (int) UpdateBatch.HANDLE.invokeExact(fd, keys, values, count, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }
}
