package dev.sluice.core.net;

import java.util.regex.Pattern;

/** A CIDR prefix; host bits are cleared, so two texts of one prefix are equal. */
public record Prefix(IpAddress address, int length) implements Comparable<Prefix> {
  private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");

  public Prefix {
    if (length < 0 || length > address.bits()) {
      throw new IllegalArgumentException(
          "prefix length " + length + " is outside 0.." + address.bits() + " of " + address);
    }
    address = clear(address, length);
  }

  /**
   * Reads {@code 10.0.0.0/8}, or a bare address as a single-address prefix.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return IpAddress.parse(text).single();
    }
    String length = text.substring(slash + 1);
    if (!LENGTH.matcher(length).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a prefix");
    }
    return new Prefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
  }

  public boolean contains(IpAddress other) {
    return other.v6() == address.v6() && clear(other, length).equals(address);
  }

  public boolean contains(Prefix other) {
    return other.length >= length && contains(other.address);
  }

  public boolean isSingle() {
    return length == address.bits();
  }

  private static IpAddress clear(IpAddress address, int length) {
    int kept = length + (address.v6() ? 0 : 96);
    long high = kept >= 64 ? address.high() : kept == 0 ? 0 : address.high() & (-1L << (64 - kept));
    long low = kept == 128 ? address.low() : kept <= 64 ? 0 : address.low() & (-1L << (128 - kept));
    return new IpAddress(
        address.v6(), high, address.v6() ? low : low | (address.low() & 0xffff_0000_0000L));
  }

  @Override
  public int compareTo(Prefix other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
  }

  @Override
  public String toString() {
    return address + "/" + length;
  }
}
