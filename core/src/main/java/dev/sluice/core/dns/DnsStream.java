package dev.sluice.core.dns;

import java.util.Arrays;

/**
 * Messages out of a stream of bytes, in which each stands behind its length in two octets (RFC
 * 1035, 4.2.2). It holds what was put in and not taken out; the caller stops putting in while he
 * does not take. Not thread safe.
 */
public final class DnsStream {
  private static final int PREFIX = 2;

  private byte[] held = new byte[0];
  private int from;
  private int to;

  /** The next bytes of the stream, however it was cut. */
  public void put(byte[] bytes) {
    if (to + bytes.length > held.length) {
      held =
          Arrays.copyOfRange(
              held, from, from + Math.max(2 * (to - from), to - from + bytes.length));
      to -= from;
      from = 0;
    }
    System.arraycopy(bytes, 0, held, to, bytes.length);
    to += bytes.length;
  }

  /** The next whole message, which may be empty; null when there is none yet. */
  public byte[] next() {
    if (to - from < PREFIX) {
      return null;
    }
    int end = from + PREFIX + ((held[from] & 0xff) << 8 | held[from + 1] & 0xff);
    if (end > to) {
      return null;
    }
    byte[] message = Arrays.copyOfRange(held, from + PREFIX, end);
    from = end;
    if (from == to) {
      held = new byte[0];
      from = 0;
      to = 0;
    }
    return message;
  }

  /** Whether a message has begun and not ended. */
  public boolean isPartial() {
    return to > from;
  }

  /**
   * A message as it stands in a stream.
   *
   * @param message up to {@link DnsMessage#MAX_BYTES}
   */
  public static byte[] framed(byte[] message) {
    byte[] framed = new byte[PREFIX + message.length];
    framed[0] = (byte) (message.length >>> 8);
    framed[1] = (byte) message.length;
    System.arraycopy(message, 0, framed, PREFIX, message.length);
    return framed;
  }
}
