package dev.sluice.schemas.convert;

import dev.sluice.core.log.CanonicalTree;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * From JSON text to the bytes of {@link CanonicalTree} in one pass, without the tree in between:
 * that is what a log's digest and most records of a replay need. It takes the plain JSON that
 * ingest writes, and leaves whatever is rarer (a field that is null or there twice, a number with a
 * fraction, an escaped code point, a name beyond ASCII, text that is not JSON) to {@link JsonTree},
 * so that there is one opinion on all of it.
 *
 * <p>A replay spends much of its time here, so texts are looked through and copied eight bytes at a
 * time, and the buffer has room for the longest outcome from the beginning. One is used for many
 * texts, by one thread.
 */
final class CanonicalJson {
  private static final int DEEPEST = 100;
  private static final int MOST_DIGITS = 18;

  /** No byte of text becomes more: {@code 1,} is a type and eight bytes, {@code []} five. */
  private static final int MOST_OF_A_BYTE = 5;

  private static final int LARGEST_KEPT_BUFFER = 1 << 20;

  /** Eight bytes of an array, the first as the lowest. */
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long HIGHEST_OF_EACH = EACH << 7;

  private byte[] in;
  private int at;
  private int end;
  private byte[] out = new byte[4096];
  private int size;

  /** Where the fields of the objects that are open begin in {@link #out}. */
  private int[] fields = new int[32];

  private int open;
  private int depth;

  /**
   * What {@link CanonicalTree#encode} gives for the object that the text is.
   *
   * @return empty for a text that is not plain
   */
  static Optional<byte[]> of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Optional.ofNullable(new CanonicalJson().of(bytes, 0, bytes.length));
  }

  /**
   * As {@link #of(String)}, of the text whose bytes in UTF-8 these are.
   *
   * @return null for a text that is not plain
   */
  byte[] of(byte[] bytes, int from, int to) {
    in = bytes;
    at = from;
    end = to;
    size = 0;
    open = 0;
    depth = 0;
    long room = MOST_OF_A_BYTE * (long) (to - from) + 2 * Long.BYTES;
    if (room > Integer.MAX_VALUE - 8) {
      return null;
    }
    if (room > out.length) {
      out = new byte[(int) room];
    }
    space();
    byte[] canonical = null;
    if (next() == '{' && value()) {
      space();
      canonical = at == end ? Arrays.copyOf(out, size) : null;
    }
    if (out.length > LARGEST_KEPT_BUFFER) {
      out = new byte[4096];
    }
    return canonical;
  }

  /** The next byte; 0 at the end. */
  private int next() {
    return at < end ? in[at] : 0;
  }

  private void space() {
    while (at < end && in[at] <= ' ' && in[at] > 0) {
      if (in[at] != ' ' && in[at] != '\n' && in[at] != '\r' && in[at] != '\t') {
        return;
      }
      at++;
    }
  }

  /** Each of these steps over what it reads and returns false when that is not plain. */
  private boolean value() {
    return switch (next()) {
      case '{' -> ++depth < DEEPEST && object() && depth-- > 0;
      case '[' -> ++depth < DEEPEST && list() && depth-- > 0;
      case '"' -> {
        put(CanonicalTree.STRING);
        yield text();
      }
      case 't' -> word("true", CanonicalTree.TRUE);
      case 'f' -> word("false", CanonicalTree.FALSE);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> false;
    };
  }

  private boolean object() {
    put(CanonicalTree.OBJECT);
    int count = size;
    putInt(0);
    int first = open;
    boolean sorted = true;
    at++;
    space();
    if (next() == '}') {
      at++;
      return true;
    }
    while (true) {
      space();
      int field = size;
      if (next() != '"' || !text() || !plainName(field)) {
        return false;
      }
      if (open > first) {
        int order = compareNames(fields[open - 1], field);
        if (order == 0) {
          return false;
        }
        sorted &= order < 0;
      }
      if (open == fields.length) {
        fields = Arrays.copyOf(fields, open * 2);
      }
      fields[open++] = field;
      space();
      if (next() != ':') {
        return false;
      }
      at++;
      space();
      if (!value()) {
        return false;
      }
      space();
      int end = next();
      at++;
      if (end == '}') {
        break;
      }
      if (end != ',') {
        return false;
      }
    }
    CanonicalTree.intAt(out, count, open - first);
    boolean plain = sorted || sort(first);
    open = first;
    return plain;
  }

  /** Puts the fields of the object that ends here into their order. */
  private boolean sort(int first) {
    int begin = fields[first];
    int[] ends = new int[open - first];
    Integer[] order = new Integer[open - first];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
      ends[i] = first + i + 1 < open ? fields[first + i + 1] : size;
    }
    Arrays.sort(order, (one, other) -> compareNames(fields[first + one], fields[first + other]));
    byte[] sorted = new byte[size - begin];
    int filled = 0;
    for (int i = 0; i < order.length; i++) {
      int from = fields[first + order[i]];
      if (i > 0 && compareNames(fields[first + order[i - 1]], from) == 0) {
        return false;
      }
      int length = ends[order[i]] - from;
      System.arraycopy(out, from, sorted, filled, length);
      filled += length;
    }
    System.arraycopy(sorted, 0, out, begin, filled);
    return true;
  }

  /** Names are short, and differ early. */
  private int compareNames(int one, int other) {
    int oneLength = CanonicalTree.intAt(out, one);
    int otherLength = CanonicalTree.intAt(out, other);
    int both = Math.min(oneLength, otherLength);
    for (int i = Integer.BYTES; i < Integer.BYTES + both; i++) {
      int order = out[one + i] - out[other + i];
      if (order != 0) {
        return order;
      }
    }
    return oneLength - otherLength;
  }

  /** Of ASCII the bytes sort as the characters do. */
  private boolean plainName(int field) {
    int i = field + Integer.BYTES;
    for (; i + Long.BYTES <= size; i += Long.BYTES) {
      if (((long) EIGHT.get(out, i) & HIGHEST_OF_EACH) != 0) {
        return false;
      }
    }
    for (; i < size; i++) {
      if (out[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean list() {
    put(CanonicalTree.LIST);
    int count = size;
    putInt(0);
    at++;
    space();
    if (next() == ']') {
      at++;
      return true;
    }
    for (int items = 1; ; items++) {
      space();
      if (!value()) {
        return false;
      }
      space();
      int end = next();
      at++;
      if (end == ']') {
        CanonicalTree.intAt(out, count, items);
        return true;
      }
      if (end != ',') {
        return false;
      }
    }
  }

  private boolean text() {
    int length = size;
    size += Integer.BYTES;
    at++;
    while (true) {
      copyPlain();
      int next = next();
      at++;
      if (next == '"') {
        CanonicalTree.intAt(out, length, size - length - Integer.BYTES);
        return true;
      }
      int escaped = next == '\\' ? unescaped(next()) : -1;
      if (escaped < 0) {
        return false; // a control character, or the end of what is no text
      }
      put(escaped);
      at++;
    }
  }

  /** Copies all up to a quote, a backslash, a control character or the end. */
  private void copyPlain() {
    while (at + Long.BYTES <= end) {
      long eight = (long) EIGHT.get(in, at);
      EIGHT.set(out, size, eight);
      // The lowest bit that is set is that of the first such byte; those above may be wrong.
      long special =
          below(eight ^ '"' * EACH, 1) | below(eight ^ '\\' * EACH, 1) | below(eight, ' ');
      int plain = special == 0 ? Long.BYTES : Long.numberOfTrailingZeros(special) / Byte.SIZE;
      at += plain;
      size += plain;
      if (special != 0) {
        return;
      }
    }
    for (int next = next(); next < 0 || next >= ' ' && next != '"' && next != '\\'; next = next()) {
      put(next);
      at++;
    }
  }

  /** Marks bytes that are less than a number, of at most 128. */
  private static long below(long eight, long number) {
    return eight - number * EACH & ~eight & HIGHEST_OF_EACH;
  }

  private static int unescaped(int letter) {
    return switch (letter) {
      case '"', '\\', '/' -> letter;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> -1;
    };
  }

  private boolean word(String word, int type) {
    for (int i = 0; i < word.length(); i++) {
      if (next() != word.charAt(i)) {
        return false;
      }
      at++;
    }
    put(type);
    return true;
  }

  private boolean number() {
    boolean negative = next() == '-';
    if (negative) {
      at++;
    }
    int from = at;
    long number = 0;
    while (next() >= '0' && next() <= '9' && at - from <= MOST_DIGITS) {
      number = number * 10 + next() - '0';
      at++;
    }
    int digits = at - from;
    boolean whole = next() == ',' || next() == '}' || next() == ']' || next() == ' ';
    if (digits == 0 || digits > MOST_DIGITS || digits > 1 && in[from] == '0' || !whole) {
      return false;
    }
    put(CanonicalTree.LONG);
    long signed = negative ? -number : number;
    putInt((int) (signed >> Integer.SIZE));
    putInt((int) signed);
    return true;
  }

  private void put(int one) {
    out[size++] = (byte) one;
  }

  private void putInt(int number) {
    CanonicalTree.intAt(out, size, number);
    size += Integer.BYTES;
  }
}
