package dev.sluice.core.dns;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Domain names as text: lower case, labels joined by dots, without the dot of the root; the root is
 * {@code "."}. A byte that is no letter, digit, hyphen or underscore is written {@code \DDD}, so
 * that a dot inside a label never passes for a border between labels.
 */
public final class DnsName {
  public static final String ROOT = ".";

  /** Octets of a name on the wire, the root's included (RFC 1035, 2.3.4). */
  public static final int MAX_WIRE_BYTES = 255;

  static final int MAX_LABEL_BYTES = 63;

  private DnsName() {}

  /** The canonical form of a name that somebody wrote: {@code Api.Stripe.com.} and the like. */
  public static String canonical(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.length() > 1 && lower.endsWith(".")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }

  /** Appends one label as text. */
  static void append(StringBuilder text, byte[] message, int at, int length) {
    if (!text.isEmpty()) {
      text.append('.');
    }
    for (int i = at; i < at + length; i++) {
      int octet = message[i] & 0xff;
      int lower = octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
      if (isPlain(lower)) {
        text.append((char) lower);
      } else {
        text.append('\\').append((char) ('0' + octet / 100));
        text.append((char) ('0' + octet / 10 % 10)).append((char) ('0' + octet % 10));
      }
    }
  }

  private static boolean isPlain(int lower) {
    return (lower >= 'a' && lower <= 'z')
        || (lower >= '0' && lower <= '9')
        || lower == '-'
        || lower == '_';
  }

  /**
   * The wire form of a plain name, uncompressed.
   *
   * @throws IllegalArgumentException when it is too long or has an empty label
   */
  public static byte[] wire(String name) {
    String plain = canonical(name);
    if (plain.isEmpty() || plain.equals(ROOT)) {
      return new byte[1];
    }
    byte[] bytes = new byte[plain.length() + 2];
    int at = 0;
    for (String label : plain.split("\\.", -1)) {
      byte[] octets = label.getBytes(StandardCharsets.US_ASCII);
      if (octets.length == 0 || octets.length > MAX_LABEL_BYTES) {
        throw new IllegalArgumentException("not a domain name: " + name);
      }
      bytes[at++] = (byte) octets.length;
      System.arraycopy(octets, 0, bytes, at, octets.length);
      at += octets.length;
    }
    if (bytes.length > MAX_WIRE_BYTES) {
      throw new IllegalArgumentException("longer than a domain name may be: " + name);
    }
    return bytes;
  }
}
