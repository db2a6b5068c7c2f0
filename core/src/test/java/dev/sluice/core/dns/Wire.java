package dev.sluice.core.dns;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Builds messages byte by byte, wrong ones too. */
final class Wire {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static Wire header(int id, int flags, int questions, int answers, int authority, int more) {
    return new Wire().u16(id, flags, questions, answers, authority, more);
  }

  /** A standard query with recursion desired. */
  static byte[] query(int id, String name, int type) {
    return header(id, 0x0100, 1, 0, 0, 0).question(name, type).bytes();
  }

  /** A response header with one question. */
  static Wire response(int id, int answers, String name, int type) {
    return header(id, 0x8180, 1, answers, 0, 0).question(name, type);
  }

  Wire u16(int... values) {
    for (int value : values) {
      out.write(value >>> 8);
      out.write(value);
    }
    return this;
  }

  Wire raw(String hex) {
    out.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    return this;
  }

  Wire name(String name) {
    byte[] lower = DnsName.wire(name);
    for (int i = 0, at = 0; i < lower.length && at < name.length(); i++) {
      if (lower[i] > DnsName.MAX_LABEL_BYTES || lower[i] == '-') {
        at = i - 1;
        lower[i] = (byte) name.charAt(at);
      }
    }
    out.writeBytes(lower);
    return this;
  }

  Wire question(String name, int type) {
    return name(name).u16(type, 1);
  }

  Wire record(String name, int type, int ttl, byte[] data) {
    name(name).u16(type, 1, ttl >>> 16, ttl & 0xffff, data.length);
    out.writeBytes(data);
    return this;
  }

  Wire a(String name, int ttl, int... octets) {
    byte[] data = new byte[octets.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) octets[i];
    }
    return record(name, data.length == 16 ? 28 : 1, ttl, data);
  }

  Wire cname(String name, int ttl, String target) {
    return record(name, 5, ttl, DnsName.wire(target));
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
