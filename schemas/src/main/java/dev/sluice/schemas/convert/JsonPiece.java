package dev.sluice.schemas.convert;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Text that stands before a value in many JSON texts, from the value before it on, and the
 * canonical bytes that it becomes; which pieces came next so far. How many fields and items what it
 * opens has is only known where that ends, so it says where those numbers go.
 */
final class JsonPiece {
  /** What follows the text. */
  enum Value {
    /** The text ends with the quote that opens it. */
    STRING,
    NUMBER,
    TRUTH,
    /** Nothing: it is the last piece. */
    END
  }

  /** Eight bytes of an array, the first as the lowest. */
  static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** More pieces than these do not come next: the one that was seen longest ago goes. */
  private static final int MOST = 32;

  final Value value;
  final int length;

  /** Canonical bytes, and those of what is read; filled up to whole eights, as the text is. */
  final byte[] canonical;

  final byte[] read;
  final int canonicalLength;
  final int readLength;

  /** Whether the value is read. */
  final boolean reads;

  /** Of what it closes and has not opened: depth, how many are in it, how many are read or -1. */
  final int[] closed;

  /** Of what it opens and does not close: depth, where its number goes in both, or -1. */
  final int[] opened;

  private final byte[] text;
  private JsonPiece[] next = new JsonPiece[0];

  JsonPiece(
      Value value,
      byte[] text,
      byte[] canonical,
      byte[] read,
      boolean reads,
      int[] closed,
      int[] opened) {
    this.value = value;
    this.length = text.length;
    this.canonicalLength = canonical.length;
    this.readLength = read.length;
    this.text = filledUp(text);
    this.canonical = filledUp(canonical);
    this.read = filledUp(read);
    this.reads = reads;
    this.closed = closed;
    this.opened = opened;
  }

  /** What stands before every text: nothing. */
  static JsonPiece start() {
    byte[] nothing = {};
    return new JsonPiece(Value.END, nothing, nothing, nothing, false, new int[0], new int[0]);
  }

  private static byte[] filledUp(byte[] bytes) {
    return Arrays.copyOf(bytes, (bytes.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
  }

  /** Bytes it takes, roughly. */
  int size() {
    return 128 + text.length + canonical.length + read.length;
  }

  /** Of those that come next the one with the same text and kind of value; null when none is. */
  JsonPiece same(JsonPiece piece) {
    for (JsonPiece one : next) {
      if (one.value == piece.value
          && one.length == piece.length
          && Arrays.equals(one.text, piece.text)) {
        return one;
      }
    }
    return null;
  }

  void add(JsonPiece piece) {
    if (next.length < MOST) {
      next = Arrays.copyOf(next, next.length + 1);
    }
    next[next.length - 1] = piece;
  }

  /**
   * The piece that stands at a place of a text that ends before {@code to}; null when none does.
   */
  JsonPiece next(byte[] in, int at, int to) {
    JsonPiece[] all = next;
    for (int i = 0; i < all.length; i++) {
      JsonPiece one = all[i];
      if (one.stands(in, at, to)) {
        if (i > 0) {
          all[i] = all[0];
          all[0] = one;
        }
        return one;
      }
    }
    return null;
  }

  private boolean stands(byte[] in, int at, int to) {
    int end = at + length;
    if (end > to) {
      return false;
    }
    int i = 0;
    for (; i + Long.BYTES <= length; i += Long.BYTES) {
      if ((long) EIGHT.get(in, at + i) != (long) EIGHT.get(text, i)) {
        return false;
      }
    }
    if (i < length && at + i + Long.BYTES <= in.length) {
      long other = (long) EIGHT.get(in, at + i) ^ (long) EIGHT.get(text, i);
      if (other << (Long.BYTES - length + i) * Byte.SIZE != 0) {
        return false;
      }
    } else {
      for (; i < length; i++) {
        if (in[at + i] != text[i]) {
          return false;
        }
      }
    }
    return switch (value) {
      case STRING -> true;
      case NUMBER -> end < to && (in[end] == '-' || in[end] >= '0' && in[end] <= '9');
      case TRUTH -> end < to && (in[end] == 't' || in[end] == 'f');
      case END -> end == to;
    };
  }
}
