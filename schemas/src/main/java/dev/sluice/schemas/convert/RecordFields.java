package dev.sluice.schemas.convert;

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
