package dev.sluice.core.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address as two 64-bit halves. An IPv4 address is held in its v4-mapped form
 * (::ffff:a.b.c.d), which is also how the kernel maps hold it, and {@code v6} is false.
 */
public record IpAddress(boolean v6, long high, long low) implements Comparable<IpAddress> {
  private static final String BYTE = "(?:0|[1-9]\\d{0,2})";
  private static final Pattern LITERAL =
      Pattern.compile("(?:%1$s\\.){3}%1$s|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*".formatted(BYTE));

  private static final long V4_MAPPED = 0x0000_ffff_0000_0000L;

  /**
   * Reads a literal; never asks a resolver. IPv4 is four decimal numbers without leading zeros (no
   * {@code 10.1} for 10.0.0.1, which people take for 10.1.0.0), IPv6 has neither zone nor brackets.
   *
   * @throws IllegalArgumentException when the text is not an address literal
   */
  public static IpAddress parse(String text) {
    long bits = v4Bits(text);
    if (bits >= 0) {
      return v4((int) bits);
    }
    if (!LITERAL.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not an IP address");
    }
    InetAddress address = InetAddress.ofLiteral(text);
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet4Address
        ? v4(bytes.getInt())
        : new IpAddress(true, bytes.getLong(), bytes.getLong());
  }

  /** The 32 bits of an IPv4 literal; -1 when the text is none. Most addresses that are read are. */
  private static long v4Bits(String text) {
    long bits = 0;
    int at = 0;
    for (int part = 0; part < 4; part++) {
      if (part > 0 && (at == text.length() || text.charAt(at++) != '.')) {
        return -1;
      }
      int first = at;
      int number = 0;
      while (at < text.length() && at - first < 3 && isDigit(text.charAt(at))) {
        number = number * 10 + text.charAt(at++) - '0';
      }
      boolean leadingZero = at - first > 1 && text.charAt(first) == '0';
      if (at == first || number > 255 || leadingZero) {
        return -1;
      }
      bits = bits << 8 | number;
    }
    return at == text.length() ? bits : -1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  public static IpAddress v4(int bits) {
    return new IpAddress(false, 0, V4_MAPPED | Integer.toUnsignedLong(bits));
  }

  /** From the 16 bytes of the v4-mapped or native form, network order. */
  public static IpAddress ofMapped(byte[] sixteen) {
    return ofMapped(sixteen, 0);
  }

  /** As {@link #ofMapped(byte[])}, from the 16 bytes that begin at a place. */
  public static IpAddress ofMapped(byte[] bytes, int at) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long high = buffer.getLong(at);
    long low = buffer.getLong(at + Long.BYTES);
    return new IpAddress(!(high == 0 && (low >>> 32) == 0xffffL), high, low);
  }

  /** 16 bytes, network order, IPv4 in v4-mapped form. */
  public byte[] mapped() {
    return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
  }

  /** Number of bits of the family: 32 or 128. */
  public int bits() {
    return v6 ? 128 : 32;
  }

  /** The address {@code count} further, in the same family. */
  public IpAddress plus(long count) {
    long sum = low + count;
    long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    return v6 ? new IpAddress(true, high + carry, sum) : v4((int) sum);
  }

  public Prefix single() {
    return new Prefix(this, bits());
  }

  @Override
  public int compareTo(IpAddress other) {
    int family = Boolean.compare(v6, other.v6);
    int first = family != 0 ? family : Long.compareUnsigned(high, other.high);
    return first != 0 ? first : Long.compareUnsigned(low, other.low);
  }

  /** Dotted decimal, or RFC 5952. */
  @Override
  public String toString() {
    if (!v6) {
      int bits = (int) low;
      return (bits >>> 24)
          + "."
          + ((bits >>> 16) & 255)
          + "."
          + ((bits >>> 8) & 255)
          + "."
          + (bits & 255);
    }
    return Rfc5952.format(mapped());
  }
}
