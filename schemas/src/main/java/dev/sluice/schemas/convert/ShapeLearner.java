package dev.sluice.schemas.convert;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a JSON text at its values into {@link JsonPiece pieces}, and adds those that are new to what
 * is known. One is used for many texts, by one thread.
 */
final class ShapeLearner {
  /** An object or list that has not ended. */
  private static final class Open {
    private final Projection read;

    /** Where their numbers are in {@link #canonical} and {@link #read}; -1 in an earlier piece. */
    private int canonicalAt;

    private int readAt;
    private int count;
    private int readCount;

    private Open(Projection read) {
      this.read = read;
    }
  }

  /** Bytes of a piece. */
  private static final class Bytes {
    private byte[] bytes = new byte[256];
    private int size;

    private void put(int one) {
      room(1);
      bytes[size++] = (byte) one;
    }

    private int number(int number) {
      room(Integer.BYTES);
      CanonicalTree.intAt(bytes, size, number);
      size += Integer.BYTES;
      return size - Integer.BYTES;
    }

    private void name(byte[] in, int from, int to) {
      number(to - from);
      room(to - from);
      System.arraycopy(in, from, bytes, size, to - from);
      size += to - from;
    }

    private void room(int more) {
      if (size + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
      }
    }

    private byte[] take() {
      byte[] taken = Arrays.copyOf(bytes, size);
      size = 0;
      return taken;
    }
  }

  private final Projection all;
  private final Bytes canonical = new Bytes();
  private final Bytes read = new Bytes();
  private final List<Open> open = new ArrayList<>();
  private final List<Integer> closed = new ArrayList<>();
  private JsonPiece last;
  private byte[] in;
  private int end;
  private int at;

  /** Where the piece begins. */
  private int from;

  private int learned;

  ShapeLearner(Projection all) {
    this.all = all;
  }

  /**
   * Learns what it can of a text that is plain, as {@link CanonicalJson} says, and ASCII.
   *
   * @param start the piece before every text's first
   * @return bytes of pieces that are new
   */
  int learn(JsonPiece start, byte[] text, int begin, int to) {
    in = text;
    at = begin;
    from = begin;
    end = to;
    last = start;
    learned = 0;
    canonical.size = 0;
    read.size = 0;
    open.clear();
    closed.clear();
    if (value(all)) {
      at = end; // spaces may be left
      piece(JsonPiece.Value.END, false);
    }
    return learned;
  }

  /** Each of these steps over what it reads; false when the text cannot be of a known shape. */
  private boolean value(Projection wanted) {
    space();
    switch (in[at]) {
      case '{' -> {
        return object(wanted);
      }
      case '[' -> {
        return list(wanted);
      }
      case '"' -> {
        type(CanonicalTree.STRING, wanted);
        at++;
        piece(JsonPiece.Value.STRING, wanted != null);
        at = quote(at);
        from = at++;
      }
      case 't', 'f' -> {
        piece(JsonPiece.Value.TRUTH, wanted != null);
        at += in[at] == 't' ? 4 : 5;
        from = at;
      }
      default -> {
        type(CanonicalTree.LONG, wanted);
        piece(JsonPiece.Value.NUMBER, wanted != null);
        while (in[at] == '-' || in[at] >= '0' && in[at] <= '9') {
          at++;
        }
        from = at;
      }
    }
    return true;
  }

  private void type(int type, Projection wanted) {
    canonical.put(type);
    if (wanted != null) {
      read.put(type);
    }
  }

  private boolean object(Projection wanted) {
    Open object = open(CanonicalTree.OBJECT, wanted);
    int before = -1;
    int beforeEnd = -1;
    at++;
    space();
    while (in[at] != '}') {
      int name = at + 1;
      int nameEnd = quote(name);
      if (!isPlain(name, nameEnd)
          || before >= 0 && Arrays.compare(in, before, beforeEnd, in, name, nameEnd) >= 0) {
        return false;
      }
      before = name;
      beforeEnd = nameEnd;
      canonical.name(in, name, nameEnd);
      Projection field = wanted == null ? null : wanted.field(in, name, nameEnd);
      if (field != null) {
        read.name(in, name, nameEnd);
        object.readCount++;
      }
      object.count++;
      at = nameEnd + 1;
      space();
      at++; // the colon
      if (!value(field)) {
        return false;
      }
      separator();
    }
    close(object);
    return true;
  }

  private boolean list(Projection wanted) {
    Open list = open(CanonicalTree.LIST, wanted);
    at++;
    space();
    while (in[at] != ']') {
      list.count++;
      list.readCount++;
      if (!value(wanted)) {
        return false;
      }
      separator();
    }
    close(list);
    return true;
  }

  private Open open(int type, Projection wanted) {
    type(type, wanted);
    Open opened = new Open(wanted);
    opened.canonicalAt = canonical.number(0);
    opened.readAt = wanted == null ? -1 : read.number(0);
    open.add(opened);
    return opened;
  }

  private void close(Open ended) {
    at++;
    open.removeLast();
    if (ended.canonicalAt >= 0) {
      CanonicalTree.intAt(canonical.bytes, ended.canonicalAt, ended.count);
      if (ended.read != null) {
        CanonicalTree.intAt(read.bytes, ended.readAt, ended.readCount);
      }
    } else {
      closed.addAll(List.of(open.size(), ended.count, ended.read == null ? -1 : ended.readCount));
    }
  }

  /** Ends the piece here: a value follows, or nothing. */
  private void piece(JsonPiece.Value value, boolean reads) {
    List<Integer> opened = new ArrayList<>();
    for (int depth = 0; depth < open.size(); depth++) {
      Open each = open.get(depth);
      if (each.canonicalAt >= 0) {
        opened.addAll(List.of(depth, each.canonicalAt, each.readAt));
        each.canonicalAt = -1;
      }
    }
    JsonPiece piece =
        new JsonPiece(
            value,
            Arrays.copyOfRange(in, from, at),
            canonical.take(),
            read.take(),
            reads,
            numbers(closed),
            numbers(opened));
    closed.clear();
    JsonPiece known = last.same(piece);
    if (known == null) {
      last.add(piece);
      learned += piece.size();
    }
    last = known == null ? piece : known;
  }

  private static int[] numbers(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Where the next quote is that ends a text. */
  private int quote(int text) {
    int quote = text;
    while (in[quote] != '"') {
      quote += in[quote] == '\\' ? 2 : 1;
    }
    return quote;
  }

  private boolean isPlain(int name, int nameEnd) {
    for (int i = name; i < nameEnd; i++) {
      if (in[i] == '\\') {
        return false;
      }
    }
    return true;
  }

  private void separator() {
    space();
    if (in[at] == ',') {
      at++;
      space();
    }
  }

  private void space() {
    while (at < end && in[at] <= ' ') {
      at++;
    }
  }
}
