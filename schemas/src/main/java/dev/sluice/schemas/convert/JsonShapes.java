package dev.sluice.schemas.convert;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.Projection;
import java.util.Arrays;

/**
 * What the texts of one kind of object have in common: all but their values, mostly. A text that is
 * of a shape that was learned is looked through for its values alone; what stands between becomes
 * canonical bytes by copying, and so does the part of them that somebody reads. Other texts, and
 * those with a value that is not plain ASCII, are {@link CanonicalJson}'s. One is used for many
 * texts, by one thread.
 */
final class JsonShapes {
  private static final int MOST_DIGITS = 18;

  /** No byte of text becomes more, as {@link CanonicalJson} says. */
  private static final int MOST_OF_A_BYTE = 5;

  /** What is learned in all, in bytes; then it begins anew. */
  private static final int MOST_LEARNED = 1 << 22;

  private static final int LONGEST_LEARNED = 1 << 16;
  private static final int DEEPEST = 100;

  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long HIGHEST_OF_EACH = EACH << 7;

  private final ShapeLearner learner;
  private JsonPiece first = JsonPiece.start();
  private int learned;

  private byte[] out = new byte[4096];
  private byte[] kept = new byte[4096];
  private int size;
  private int keptSize;

  /** Where the numbers of what is open go, by depth. */
  private final int[] outCounts = new int[DEEPEST];

  private final int[] keptCounts = new int[DEEPEST];

  /**
   * @param read what is read of such objects
   */
  JsonShapes(Projection read) {
    this.learner = new ShapeLearner(read);
  }

  /** Learns the shape of a text that {@link CanonicalJson} has found plain. */
  void learn(byte[] in, int from, int to) {
    if (to - from > LONGEST_LEARNED) {
      return;
    }
    if (learned > MOST_LEARNED) {
      first = JsonPiece.start();
      learned = 0;
    }
    learned += learner.learn(first, in, from, to);
  }

  /** The canonical bytes of the text that was read. */
  byte[] canonical() {
    return Arrays.copyOf(out, size);
  }

  /** What the projection gives for it, and for the texts {@link #beside} it. */
  byte[] read() {
    return Arrays.copyOf(kept, keptSize);
  }

  /** Whether that is the same. */
  boolean hasRead(byte[] bytes) {
    return Arrays.equals(kept, 0, keptSize, bytes, 0, bytes.length);
  }

  /** Adds a text to what is read. */
  void beside(byte[] in, int from, int to) {
    int length = to - from;
    if (kept.length < keptSize + Integer.BYTES + length) {
      kept = Arrays.copyOf(kept, 2 * (keptSize + Integer.BYTES + length));
    }
    CanonicalTree.intAt(kept, keptSize, length);
    System.arraycopy(in, from, kept, keptSize + Integer.BYTES, length);
    keptSize += Integer.BYTES + length;
  }

  /**
   * Reads a text of a shape that was learned.
   *
   * @return whether it was one; else nothing is known of it
   */
  boolean read(byte[] in, int from, int to) {
    if (to - from > LONGEST_LEARNED) {
      return false;
    }
    room(to - from);
    byte[] out = this.out;
    byte[] kept = this.kept;
    int at = from;
    int size = 0;
    int keptSize = 0;
    JsonPiece piece = first;
    while (true) {
      piece = piece.next(in, at, to);
      if (piece == null) {
        return false;
      }
      at += piece.length;
      copy(piece.canonical, 0, out, size, piece.canonicalLength);
      copy(piece.read, 0, kept, keptSize, piece.readLength);
      counts(piece, size, keptSize);
      size += piece.canonicalLength;
      keptSize += piece.readLength;
      int value = size;
      switch (piece.value) {
        case STRING -> {
          int end = string(in, at, to, size + Integer.BYTES);
          if (end < 0) {
            return false;
          }
          CanonicalTree.intAt(out, size, end - at);
          size += Integer.BYTES + end - at;
          at = end;
        }
        case NUMBER -> {
          int end = number(in, at, to, size);
          if (end < 0) {
            return false;
          }
          size += Long.BYTES;
          at = end;
        }
        case TRUTH -> {
          boolean truth = in[at] == 't';
          if (!stands(truth ? "true" : "false", in, at, to)) {
            return false;
          }
          out[size++] = (byte) (truth ? CanonicalTree.TRUE : CanonicalTree.FALSE);
          at += truth ? 4 : 5;
        }
        case END -> {
          this.size = size;
          this.keptSize = keptSize;
          return true;
        }
      }
      if (piece.reads) {
        copy(out, value, kept, keptSize, size - value);
        keptSize += size - value;
      }
    }
  }

  /** What is copied may be followed by some bytes more. */
  private void room(int length) {
    int room = MOST_OF_A_BYTE * length + 4 * Long.BYTES;
    if (room > out.length) {
      out = new byte[room];
    }
    if (room > kept.length) {
      kept = new byte[room];
    }
  }

  private void counts(JsonPiece piece, int size, int keptSize) {
    int[] closed = piece.closed;
    for (int i = 0; i < closed.length; i += 3) {
      int depth = closed[i];
      CanonicalTree.intAt(out, outCounts[depth], closed[i + 1]);
      if (closed[i + 2] >= 0) {
        CanonicalTree.intAt(kept, keptCounts[depth], closed[i + 2]);
      }
    }
    int[] opened = piece.opened;
    for (int i = 0; i < opened.length; i += 3) {
      int depth = opened[i];
      outCounts[depth] = size + opened[i + 1];
      keptCounts[depth] = keptSize + opened[i + 2];
    }
  }

  private static void copy(byte[] from, int at, byte[] to, int place, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      JsonPiece.EIGHT.set(to, place + i, (long) JsonPiece.EIGHT.get(from, at + i));
    }
  }

  /** Copies a text up to its quote; returns where that is, or -1 when something is not plain. */
  private int string(byte[] in, int from, int to, int place) {
    int at = from;
    byte[] out = this.out;
    for (; at + Long.BYTES <= to; at += Long.BYTES, place += Long.BYTES) {
      long eight = (long) JsonPiece.EIGHT.get(in, at);
      JsonPiece.EIGHT.set(out, place, eight);
      // The lowest bit that is set is that of the first such byte; those above may be wrong.
      long special =
          below(eight ^ '"' * EACH, 1)
              | below(eight ^ '\\' * EACH, 1)
              | below(eight, ' ')
              | eight & HIGHEST_OF_EACH;
      if (special != 0) {
        at += Long.numberOfTrailingZeros(special) / Byte.SIZE;
        return in[at] == '"' ? at : -1;
      }
    }
    for (; at < to && in[at] >= ' ' && in[at] != '"' && in[at] != '\\'; at++) {
      out[place++] = in[at];
    }
    return at < to && in[at] == '"' ? at : -1;
  }

  /** Marks bytes that are less than a number, of at most 128. */
  private static long below(long eight, long number) {
    return eight - number * EACH & ~eight & HIGHEST_OF_EACH;
  }

  /** Writes a whole number; returns where its digits end, or -1 when it is not plain. */
  private int number(byte[] in, int from, int to, int place) {
    boolean negative = in[from] == '-';
    int first = negative ? from + 1 : from;
    int at = first;
    long number = 0;
    for (; at < to && in[at] >= '0' && in[at] <= '9' && at - first <= MOST_DIGITS; at++) {
      number = number * 10 + in[at] - '0';
    }
    int digits = at - first;
    if (digits == 0 || digits > MOST_DIGITS || digits > 1 && in[first] == '0') {
      return -1;
    }
    long signed = negative ? -number : number;
    CanonicalTree.intAt(out, place, (int) (signed >> Integer.SIZE));
    CanonicalTree.intAt(out, place + Integer.BYTES, (int) signed);
    return at;
  }

  private static boolean stands(String word, byte[] in, int at, int to) {
    if (at + word.length() > to) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (in[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
