package dev.sluice.core.dns;

import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads wire format (RFC 1035, 4) from front to back, once. A pointer may only lead to before the
 * name it is part of, so that there is no loop to count; every length is checked against what there
 * is.
 */
final class DnsReader {
  private final byte[] bytes;
  private final int length;
  private int at;
  private int authorities;
  private int additionals;

  DnsReader(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = Math.min(length, bytes.length);
  }

  DnsMessage message() throws MalformedDnsException {
    if (length < DnsMessage.HEADER_BYTES) {
      throw new MalformedDnsException("shorter than a header");
    }
    if (length > DnsMessage.MAX_BYTES) {
      throw new MalformedDnsException("longer than a message may be");
    }
    int id = u16();
    int flags = u16();
    int questions = u16();
    int answers = u16();
    authorities = u16();
    additionals = u16();
    if (questions > 1) {
      throw new MalformedDnsException(questions + " questions in one message");
    }
    DnsQuestion question = questions == 0 ? null : new DnsQuestion(name(), u16(), u16());
    int questionEnd = at;
    List<DnsRecord> records = new ArrayList<>();
    try {
      for (int i = 0; i < answers; i++) {
        records.add(record());
      }
    } catch (MalformedDnsException e) {
      // Some servers cut what they truncate in the middle of a record: what is whole counts.
      if ((flags & DnsMessage.RESPONSE) == 0 || (flags & DnsMessage.TRUNCATED) == 0) {
        throw e;
      }
    }
    return new DnsMessage(id, flags, question, questionEnd, List.copyOf(records));
  }

  /** Reads what follows the answers, and that it ends where the bytes do. */
  void rest() throws MalformedDnsException {
    for (int i = 0; i < authorities + additionals; i++) {
      record();
    }
    if (at != length) {
      throw new MalformedDnsException((length - at) + " bytes after the end");
    }
  }

  private DnsRecord record() throws MalformedDnsException {
    String name = name();
    int type = u16();
    int dnsClass = u16();
    long ttl = u32();
    long ttlSeconds = ttl > Integer.MAX_VALUE ? 0 : ttl;
    int size = u16();
    int end = at + size;
    if (end > length) {
      throw new MalformedDnsException("a record reaches beyond the end");
    }
    DnsRecord record =
        dnsClass == DnsQuestion.INTERNET
            ? data(name, type, ttlSeconds, end)
            : new DnsRecord.Other(name, type, ttlSeconds);
    at = end;
    return record;
  }

  private DnsRecord data(String name, int type, long ttlSeconds, int end)
      throws MalformedDnsException {
    return switch (type) {
      case DnsType.A -> new DnsRecord.Address(name, type, ttlSeconds, address(4, end));
      case DnsType.AAAA -> new DnsRecord.Address(name, type, ttlSeconds, address(16, end));
      case DnsType.CNAME -> {
        DnsRecord alias = new DnsRecord.Alias(name, name(), ttlSeconds);
        expect(end);
        yield alias;
      }
      case DnsType.SVCB, DnsType.HTTPS -> binding(name, type, ttlSeconds, end);
      default -> new DnsRecord.Other(name, type, ttlSeconds);
    };
  }

  private IpAddress address(int size, int end) throws MalformedDnsException {
    IpAddress address = addressAt(size);
    expect(end);
    return address;
  }

  private IpAddress addressAt(int size) throws MalformedDnsException {
    need(size);
    byte[] sixteen = new byte[16];
    if (size == 4) {
      sixteen[10] = sixteen[11] = (byte) 0xff;
    }
    System.arraycopy(bytes, at, sixteen, 16 - size, size);
    at += size;
    return IpAddress.ofMapped(sixteen);
  }

  private DnsRecord binding(String name, int type, long ttlSeconds, int end)
      throws MalformedDnsException {
    int priority = u16();
    String target = name();
    List<IpAddress> hints = new ArrayList<>();
    int before = -1;
    while (at < end) {
      int key = u16();
      int size = u16();
      int valueEnd = at + size;
      if (valueEnd > end || key <= before) {
        throw new MalformedDnsException("service parameters out of order or beyond their record");
      }
      before = key;
      int each = key == 4 ? 4 : key == 6 ? 16 : 0; // ipv4hint, ipv6hint
      if (each > 0 && (size == 0 || size % each != 0)) {
        throw new MalformedDnsException("address hints of " + size + " bytes");
      }
      while (each > 0 && at < valueEnd) {
        hints.add(addressAt(each));
      }
      at = valueEnd;
    }
    expect(end);
    return new DnsRecord.Binding(name, type, ttlSeconds, priority, target, List.copyOf(hints));
  }

  private void expect(int end) throws MalformedDnsException {
    if (at != end) {
      throw new MalformedDnsException("a record's data is not as long as it says");
    }
  }

  private String name() throws MalformedDnsException {
    StringBuilder text = new StringBuilder();
    int from = at; // a pointer must lead to before this
    int position = at;
    int after = -1;
    int octets = 1;
    while (true) {
      if (position >= length) {
        throw new MalformedDnsException("a name reaches beyond the end");
      }
      int size = bytes[position] & 0xff;
      if (size >= 0xc0) {
        if (position + 1 >= length) {
          throw new MalformedDnsException("a name reaches beyond the end");
        }
        int target = (size & 0x3f) << 8 | bytes[position + 1] & 0xff;
        if (target >= from || target < DnsMessage.HEADER_BYTES) {
          throw new MalformedDnsException("a name's pointer does not lead back");
        }
        after = after < 0 ? position + 2 : after;
        from = target;
        position = target;
      } else if (size > DnsName.MAX_LABEL_BYTES) {
        throw new MalformedDnsException("a label of an unknown kind");
      } else if (size == 0) {
        at = after < 0 ? position + 1 : after;
        return text.isEmpty() ? DnsName.ROOT : text.toString();
      } else {
        octets += size + 1;
        if (octets > DnsName.MAX_WIRE_BYTES || position + size >= length) {
          throw new MalformedDnsException("a name is longer than names are");
        }
        DnsName.append(text, bytes, position + 1, size);
        position += size + 1;
      }
    }
  }

  private int u16() throws MalformedDnsException {
    need(2);
    int value = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    at += 2;
    return value;
  }

  private long u32() throws MalformedDnsException {
    return (long) u16() << 16 | u16();
  }

  private void need(int size) throws MalformedDnsException {
    if (at + size > length) {
      throw new MalformedDnsException("it ends in the middle");
    }
  }
}
