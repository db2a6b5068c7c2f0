package dev.sluice.node.kernel;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * An Ethernet address.
 *
 * @param bits the 48 bits, first byte highest
 */
public record MacAddress(long bits) {
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  /**
   * Reads {@code aa:bb:cc:dd:ee:ff}, as {@code /sys/class/net/…/address} has it.
   *
   * @throws IllegalArgumentException when it is not an Ethernet address
   */
  public static MacAddress parse(String text) {
    byte[] bytes = COLONS.parseHex(text.strip());
    if (bytes.length != 6) {
      throw new IllegalArgumentException("'" + text + "' is not an Ethernet address");
    }
    return of(bytes, 0);
  }

  static MacAddress of(byte[] from, int offset) {
    long bits = 0;
    for (byte b : Arrays.copyOfRange(from, offset, offset + 6)) {
      bits = bits << 8 | (b & 0xff);
    }
    return new MacAddress(bits);
  }

  /** Six bytes, as on the wire. */
  public byte[] bytes() {
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (bits >>> (8 * (5 - i)));
    }
    return bytes;
  }

  @Override
  public String toString() {
    return COLONS.formatHex(bytes());
  }
}
