package dev.sluice.schemas.convert;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Some bytes of an array as a key of a map. What looks for one is {@link #set} again and again;
 * what is in the map is a {@link #copy}.
 */
final class ByteRange {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** An odd number whose bits are spread, so that a product's upper half depends on all of them. */
  private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

  private byte[] bytes;
  private int from;
  private int to;
  private int hash;

  void set(byte[] of, int first, int end) {
    bytes = of;
    from = first;
    to = end;
    long mixed = end - first;
    int i = first;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      mixed = (mixed ^ (long) EIGHT.get(of, i)) * SPREAD;
      mixed ^= mixed >>> Integer.SIZE;
    }
    for (; i < end; i++) {
      mixed = (mixed ^ of[i]) * SPREAD;
      mixed ^= mixed >>> Integer.SIZE;
    }
    hash = (int) mixed;
  }

  ByteRange copy() {
    ByteRange copy = new ByteRange();
    copy.set(Arrays.copyOfRange(bytes, from, to), 0, to - from);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteRange range
        && hash == range.hash
        && Arrays.equals(bytes, from, to, range.bytes, range.from, range.to);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
