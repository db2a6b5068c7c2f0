package dev.sluice.schemas.convert;

import dev.sluice.core.log.CanonicalTree;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * From JSON text to the bytes of {@link CanonicalTree} in one pass, without the tree in between:
 * that is what a log's digest and most records of a replay need. It takes the plain JSON that
 * ingest writes, and leaves whatever is rarer (a field that is null or there twice, a number with a
 * fraction, an escaped code point, a name beyond ASCII, text that is not JSON) to {@link JsonTree},
 * so that there is one opinion on all of it.
 */
final class CanonicalJson {
  private static final int DEEPEST = 100;
  private static final int MOST_DIGITS = 18;

  private final byte[] in;
  private int at;
  private byte[] out;
  private int size;

  /** Where the fields of the objects that are open begin in {@link #out}. */
  private int[] fields = new int[32];

  private int open;
  private int depth;

  private CanonicalJson(byte[] in) {
    this.in = in;
    this.out = new byte[in.length * 2 + 64];
  }

  /**
   * What {@link CanonicalTree#encode} gives for the object that the text is.
   *
   * @return empty for a text that is not plain
   */
  static Optional<byte[]> of(String text) {
    CanonicalJson json = new CanonicalJson(text.getBytes(StandardCharsets.UTF_8));
    json.space();
    if (json.next() != '{' || !json.value()) {
      return Optional.empty();
    }
    json.space();
    return json.at == json.in.length
        ? Optional.of(Arrays.copyOf(json.out, json.size))
        : Optional.empty();
  }

  /** The next byte; 0 at the end. */
  private int next() {
    return at < in.length ? in[at] : 0;
  }

  private void space() {
    while (at < in.length
        && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
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

  private int compareNames(int one, int other) {
    int oneFrom = one + Integer.BYTES;
    int otherFrom = other + Integer.BYTES;
    return Arrays.compare(
        out,
        oneFrom,
        oneFrom + CanonicalTree.intAt(out, one),
        out,
        otherFrom,
        otherFrom + CanonicalTree.intAt(out, other));
  }

  /** Of ASCII the bytes sort as the characters do. */
  private boolean plainName(int field) {
    for (int i = field + Integer.BYTES; i < size; i++) {
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
    putInt(0);
    int from = ++at;
    while (true) {
      int next = next();
      if (next == '"' || next == '\\') {
        put(from, at);
        at++;
        if (next == '"') {
          break;
        }
        int escaped = unescaped(next());
        if (escaped < 0) {
          return false;
        }
        put(escaped);
        from = ++at;
      } else if (next >= 0 && next < ' ') {
        return false;
      } else {
        at++;
      }
    }
    CanonicalTree.intAt(out, length, size - length - Integer.BYTES);
    return true;
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
    room(1);
    out[size++] = (byte) one;
  }

  private void putInt(int number) {
    room(Integer.BYTES);
    CanonicalTree.intAt(out, size, number);
    size += Integer.BYTES;
  }

  private void put(int from, int to) {
    room(to - from);
    System.arraycopy(in, from, out, size, to - from);
    size += to - from;
  }

  private void room(int more) {
    if (size + more > out.length) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }
  }
}
