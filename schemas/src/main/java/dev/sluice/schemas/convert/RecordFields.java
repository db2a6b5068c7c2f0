package dev.sluice.schemas.convert;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.ObjectEvent;
import java.nio.charset.StandardCharsets;

/**
 * Where the fields of a record of topic k8s.objects stand in its bytes, which were written with the
 * schema that {@code K8sObject} has: Avro's binary encoding, the fields in the schema's order,
 * numbers in zigzag and seven bits a byte, texts in UTF-8 after their length. It makes no object of
 * any of them. One is used for many records, by one thread.
 */
final class RecordFields {
  /** A text: bytes from one place to before another. */
  static final class Text {
    private int from;
    private int to;

    int from() {
      return from;
    }

    int to() {
      return to;
    }

    int length() {
      return to - from;
    }

    boolean isEmpty() {
      return from == to;
    }

    String in(byte[] record) {
      return new String(record, from, to - from, StandardCharsets.UTF_8);
    }
  }

  final Text kind = new Text();
  final Text apiVersion = new Text();
  final Text namespace = new Text();
  final Text name = new Text();
  final Text uid = new Text();
  final Text resourceVersion = new Text();
  final Text who = new Text();
  final Text body = new Text();

  /** From kind to uid, with their lengths: what says which object it is. */
  final Text object = new Text();

  /** Place of the type among the schema's symbols, or beyond them. */
  int type;

  long timeMillis;
  long epoch;
  long base;

  private byte[] in;
  private int at;
  private boolean fits;
  private byte[] head;
  private int headSize;
  private boolean headAscii;

  /**
   * Reads a record.
   *
   * @return whether the bytes from {@code from} on are such a record and nothing else; if not, the
   *     fields hold nothing of use
   */
  boolean read(byte[] record, int from) {
    in = record;
    at = from;
    type = at < in.length ? in[at++] : -1; // zigzag: the few symbols are even and fit one byte
    fits = type >= 0 && type % 2 == 0;
    type /= 2;
    object.from = at;
    text(kind);
    text(apiVersion);
    text(namespace);
    text(name);
    text(uid);
    object.to = at;
    text(resourceVersion);
    timeMillis = number();
    text(who);
    epoch = number();
    base = number();
    text(body);
    return fits && at == in.length;
  }

  /**
   * What {@link ObjectEvent#head} gives for the record that was read, without making its texts.
   *
   * @return null when one of them is not ASCII: it may be no UTF-8
   */
  byte[] head(byte[] record, long offset, byte[] typeName) {
    int texts = typeName.length + kind.length() + namespace.length() + name.length();
    texts += apiVersion.length() + uid.length() + resourceVersion.length() + who.length();
    head = new byte[4 * Long.BYTES + 6 * Integer.BYTES + 2 + texts];
    headSize = 0;
    headAscii = true;
    headNumber(offset);
    headText(typeName, 0, typeName.length);
    headLength(kind.length() + 1 + namespace.length() + 1 + name.length());
    headBytes(record, kind.from, kind.to);
    head[headSize++] = '/';
    headBytes(record, namespace.from, namespace.to);
    head[headSize++] = '/';
    headBytes(record, name.from, name.to);
    headText(record, apiVersion.from, apiVersion.to);
    headText(record, uid.from, uid.to);
    headText(record, resourceVersion.from, resourceVersion.to);
    headNumber(timeMillis);
    headText(record, who.from, who.to);
    headNumber(epoch);
    headNumber(base);
    return headAscii ? head : null;
  }

  private void headNumber(long number) {
    headLength((int) (number >> Integer.SIZE));
    headLength((int) number);
  }

  private void headText(byte[] bytes, int from, int to) {
    headLength(to - from);
    headBytes(bytes, from, to);
  }

  private void headLength(int length) {
    CanonicalTree.intAt(head, headSize, length);
    headSize += Integer.BYTES;
  }

  private void headBytes(byte[] bytes, int from, int to) {
    headAscii &= isAscii(bytes, from, to);
    System.arraycopy(bytes, from, head, headSize, to - from);
    headSize += to - from;
  }

  static boolean isAscii(byte[] bytes, int from, int to) {
    int all = 0;
    for (int i = from; i < to; i++) {
      all |= bytes[i];
    }
    return all >= 0;
  }

  private void text(Text text) {
    long length = number();
    fits &= length >= 0 && length <= in.length - at;
    text.from = at;
    at += fits ? (int) length : 0;
    text.to = at;
  }

  private long number() {
    long bits = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at == in.length) {
        break;
      }
      byte next = in[at++];
      bits |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return bits >>> 1 ^ -(bits & 1);
      }
    }
    fits = false;
    return 0;
  }
}
