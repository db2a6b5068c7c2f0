package dev.sluice.node.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A map in the kernel by its file descriptor; keys and values are bytes as the C structs lay them
 * out. Calls are system calls and may be made from any thread. The fd belongs to who made it.
 */
public final class BpfMap {
  private static final int TYPE_PERCPU_HASH = 5;
  private static final int TYPE_PERCPU_ARRAY = 6;
  private static final int BATCH = 4096;

  private final String name;
  private final int fd;
  private final int type;
  private final int keyBytes;
  private final int valueBytes;
  private final int maxEntries;

  private BpfMap(String name, int fd, MemorySegment info) {
    this.name = name;
    this.fd = fd;
    this.type = info.get(ValueLayout.JAVA_INT, 0);
    this.keyBytes = info.get(ValueLayout.JAVA_INT, 8);
    int value = info.get(ValueLayout.JAVA_INT, 12);
    this.valueBytes = perCpu() ? ((value + 7) & ~7) * Libbpf.possibleCpus() : value;
    this.maxEntries = info.get(ValueLayout.JAVA_INT, 16);
  }

  static BpfMap of(String name, int fd) {
    BpfException.check(fd, "map " + name + " is not in the kernel");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(88, 8);
      BpfException.check(Libbpf.objInfo(fd, info), "cannot ask about map " + name);
      return new BpfMap(name, fd, info);
    }
  }

  /**
   * A map that another process pinned, to look into; it stays open until this process ends.
   *
   * @throws BpfException when nothing is pinned there
   */
  public static BpfMap pinned(Path pin) {
    return of(pin.getFileName().toString(), Libbpf.objGet(pin.toString()));
  }

  /** The kernel's number of a pinned map. */
  static int id(Path pin) {
    int fd = BpfException.check(Libbpf.objGet(pin.toString()), "cannot open the map at " + pin);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(88, 8);
      BpfException.check(Libbpf.objInfo(fd, info), "cannot ask about the map at " + pin);
      return info.get(ValueLayout.JAVA_INT, 4);
    } finally {
      Libc.close(fd);
    }
  }

  public String name() {
    return name;
  }

  public int fd() {
    return fd;
  }

  public int maxEntries() {
    return maxEntries;
  }

  /** Bytes of a key; 0 for queues and ring buffers. */
  public int keyBytes() {
    return keyBytes;
  }

  /** Bytes of a value as user space sees it: of all possible CPUs for per-CPU maps. */
  public int valueBytes() {
    return valueBytes;
  }

  /** Whether a lookup gives one value for each possible CPU. */
  public boolean perCpu() {
    return type == TYPE_PERCPU_ARRAY || type == TYPE_PERCPU_HASH;
  }

  /** The value, or empty when there is no such key. */
  public Optional<byte[]> lookup(byte[] key) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(valueBytes, 8);
      int result = LibbpfMaps.lookup(fd, segment(arena, key, keyBytes), value);
      if (result == -Errno.NOENT) {
        return Optional.empty();
      }
      BpfException.check(result, "cannot look up in map " + name);
      return Optional.of(value.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /**
   * Writes an entry, new or not.
   *
   * @throws BpfException with {@link Errno#TOO_BIG} or {@link Errno#NOSPC} when the map is full
   */
  public void update(byte[] key, byte[] value) {
    try (Arena arena = Arena.ofConfined()) {
      BpfException.check(
          LibbpfMaps.update(
              fd, segment(arena, key, keyBytes), segment(arena, value, valueBytes), 0),
          "cannot write to map " + name);
    }
  }

  /**
   * Removes an entry.
   *
   * @return false when there was none
   */
  public boolean delete(byte[] key) {
    try (Arena arena = Arena.ofConfined()) {
      int result = LibbpfMaps.delete(fd, segment(arena, key, keyBytes));
      if (result == -Errno.NOENT) {
        return false;
      }
      BpfException.check(result, "cannot delete from map " + name);
      return true;
    }
  }

  /** Writes many entries; on failure some may be written. Lists have the same length. */
  public void updateAll(List<byte[]> keys, List<byte[]> values) {
    for (int from = 0; from < keys.size(); from += BATCH) {
      int to = Math.min(keys.size(), from + BATCH);
      updateBatch(keys.subList(from, to), values.subList(from, to));
    }
  }

  private void updateBatch(List<byte[]> keys, List<byte[]> values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keySegment = segment(arena, joined(keys, keyBytes));
      MemorySegment valueSegment = segment(arena, joined(values, valueBytes));
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      count.set(ValueLayout.JAVA_INT, 0, keys.size());
      BpfException.check(
          LibbpfMaps.updateBatch(fd, keySegment, valueSegment, count),
          "cannot write to map " + name);
    }
  }

  /** One array after the other: copying each to the kernel's side would take longer. */
  private static byte[] joined(List<byte[]> arrays, int expected) {
    byte[] joined = new byte[arrays.size() * expected];
    int at = 0;
    for (byte[] array : arrays) {
      System.arraycopy(checked(array, expected), 0, joined, at, expected);
      at += expected;
    }
    return joined;
  }

  /** Reads every entry by batch lookup; entries that change meanwhile may be missed. */
  public void forEach(BiConsumer<byte[], byte[]> consumer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keys = arena.allocate((long) keyBytes * BATCH, 8);
      MemorySegment values = arena.allocate((long) valueBytes * BATCH, 8);
      MemorySegment cursor = arena.allocate(Math.max(keyBytes, 8), 8);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment from = MemorySegment.NULL;
      int result;
      do {
        count.set(ValueLayout.JAVA_INT, 0, BATCH);
        result = LibbpfMaps.lookupBatch(fd, from, cursor, keys, values, count);
        if (result != 0 && result != -Errno.NOENT) {
          throw new BpfException("cannot read map " + name, -result);
        }
        deliver(keys, values, count.get(ValueLayout.JAVA_INT, 0), consumer);
        from = cursor;
      } while (result == 0);
    }
  }

  private void deliver(
      MemorySegment keys, MemorySegment values, int count, BiConsumer<byte[], byte[]> consumer) {
    byte[] allKeys = keys.asSlice(0, (long) count * keyBytes).toArray(ValueLayout.JAVA_BYTE);
    byte[] allValues = values.asSlice(0, (long) count * valueBytes).toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < count; i++) {
      consumer.accept(
          Arrays.copyOfRange(allKeys, i * keyBytes, (i + 1) * keyBytes),
          Arrays.copyOfRange(allValues, i * valueBytes, (i + 1) * valueBytes));
    }
  }

  /** Every key, one system call each: for maps that have no batch lookup. */
  public List<byte[]> keys() {
    List<byte[]> keys = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment next = arena.allocate(keyBytes, 8);
      MemorySegment key = MemorySegment.NULL;
      while (LibbpfMaps.nextKey(fd, key, next) == 0) {
        keys.add(next.toArray(ValueLayout.JAVA_BYTE));
        key = next;
      }
    }
    return keys;
  }

  private static MemorySegment segment(Arena arena, byte[] bytes, int expected) {
    return segment(arena, checked(bytes, expected));
  }

  private static MemorySegment segment(Arena arena, byte[] bytes) {
    MemorySegment segment = arena.allocate(Math.max(bytes.length, 1), 8);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  private static byte[] checked(byte[] bytes, int expected) {
    if (bytes.length != expected) {
      throw new IllegalArgumentException(
          "expected " + expected + " bytes, got " + bytes.length + ": layouts disagree");
    }
    return bytes;
  }

  @Override
  public String toString() {
    return name;
  }
}
