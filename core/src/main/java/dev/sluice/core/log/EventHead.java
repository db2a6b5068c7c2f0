package dev.sluice.core.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes what {@link ObjectEvent#head} gives. Digests of kept revisions are taken of it. */
final class EventHead {
  private byte[] out = new byte[256];
  private int size;

  private EventHead() {}

  static byte[] of(ObjectEvent event) {
    EventHead head = new EventHead();
    head.number(event.offset());
    head.text(event.type().name());
    head.text(event.key().toString());
    head.text(event.apiVersion());
    head.text(event.uid());
    head.text(event.resourceVersion());
    head.number(event.timeMillis());
    head.text(event.who());
    head.number(event.epoch());
    head.number(event.base());
    return Arrays.copyOf(head.out, head.size);
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    room(Integer.BYTES + bytes.length);
    CanonicalTree.intAt(out, size, bytes.length);
    System.arraycopy(bytes, 0, out, size + Integer.BYTES, bytes.length);
    size += Integer.BYTES + bytes.length;
  }

  private void number(long number) {
    room(Long.BYTES);
    CanonicalTree.intAt(out, size, (int) (number >> Integer.SIZE));
    CanonicalTree.intAt(out, size + Integer.BYTES, (int) number);
    size += Long.BYTES;
  }

  private void room(int more) {
    if (size + more > out.length) {
      out = Arrays.copyOf(out, Math.max(2 * out.length, size + more));
    }
  }
}
