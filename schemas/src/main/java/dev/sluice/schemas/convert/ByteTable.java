package dev.sluice.schemas.convert;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Values by bytes that stand somewhere in an array. A replay looks something up here for every
 * record, among more than the caches of a processor hold, so that each step from object to object
 * costs as much as reading some hundred bytes: a look-up goes from a table of hashes to the bytes
 * and the value, and there is nothing between. For one thread.
 *
 * @param <T> what is kept
 */
final class ByteTable<T> {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** An odd number whose bits are spread, so that a product's upper half depends on all of them. */
  private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

  private static final int FIRST_SIZE = 1 << 10;

  /** 0 where nothing is. */
  private long[] hashes = new long[FIRST_SIZE];

  private byte[][] keys = new byte[FIRST_SIZE][];
  private Object[] values = new Object[FIRST_SIZE];
  private int size;

  int size() {
    return size;
  }

  /** The value of some bytes; null when there is none. */
  @SuppressWarnings("unchecked")
  T get(byte[] in, int from, int to) {
    long hash = hash(in, from, to);
    for (int i = place(hash); hashes[i] != 0; i = i + 1 & hashes.length - 1) {
      if (hashes[i] == hash && Arrays.equals(keys[i], 0, keys[i].length, in, from, to)) {
        return (T) values[i];
      }
    }
    return null;
  }

  /** Gives a value to bytes that have none. */
  void add(byte[] in, int from, int to, T value) {
    if (2 * size >= hashes.length) {
      grow();
    }
    put(hash(in, from, to), Arrays.copyOfRange(in, from, to), value);
    size++;
  }

  private void grow() {
    long[] oldHashes = hashes;
    byte[][] oldKeys = keys;
    Object[] oldValues = values;
    hashes = new long[2 * oldHashes.length];
    keys = new byte[hashes.length][];
    values = new Object[hashes.length];
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0) {
        put(oldHashes[i], oldKeys[i], oldValues[i]);
      }
    }
  }

  private void put(long hash, byte[] key, Object value) {
    int i = place(hash);
    while (hashes[i] != 0) {
      i = i + 1 & hashes.length - 1;
    }
    hashes[i] = hash;
    keys[i] = key;
    values[i] = value;
  }

  private int place(long hash) {
    return (int) (hash >>> Integer.SIZE) & hashes.length - 1;
  }

  /** Never 0. */
  private static long hash(byte[] in, int from, int to) {
    long mixed = to - from;
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      mixed = (mixed ^ (long) EIGHT.get(in, i)) * SPREAD;
      mixed ^= mixed >>> Integer.SIZE;
    }
    for (; i < to; i++) {
      mixed = (mixed ^ in[i]) * SPREAD;
      mixed ^= mixed >>> Integer.SIZE;
    }
    mixed *= SPREAD;
    return mixed == 0 ? 1 : mixed;
  }
}
