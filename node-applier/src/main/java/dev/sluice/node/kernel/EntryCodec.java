package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import java.nio.ByteBuffer;

/**
 * Entries of {@code core} to the bytes of {@code slc_policy}, {@code slc_addr}, {@code slc_prefix},
 * {@code slc_own}.
 */
final class EntryCodec {
  private static final int UNDERLAY = 1; // SLC_ADDRESS_UNDERLAY

  /** Bits of subject, peer and direction, which every policy key has. */
  private static final int POLICY_FIXED_BITS = 72;

  private static final int PROTOCOL_BITS = 8;

  /** Flags of a policy value: {@code SLC_POLICY_DENY_RULE} and {@code SLC_POLICY_AUDIT}. */
  private static final byte DENY_RULE = 1;

  private static final byte AUDIT = 2;

  private EntryCodec() {}

  static byte[] key(PolicyKey key) {
    int prefix = POLICY_FIXED_BITS + (key.protocol() == 0 ? 0 : PROTOCOL_BITS + key.portBits());
    ByteBuffer bytes = buffer(Layouts.POLICY_KEY);
    bytes.putInt(prefix).putInt(key.subject()).putInt(key.peer());
    bytes.put((byte) key.direction().ordinal()).put((byte) key.protocol());
    bytes.put((byte) (key.port() >>> 8)).put((byte) key.port());
    return bytes.array();
  }

  static byte[] value(PolicyEntry entry) {
    return buffer(Layouts.POLICY_VALUE)
        .put((byte) (entry.allow() ? 1 : 0))
        .put(
            switch (entry.verdict()) {
              case ALLOW, DEFAULT_DENY -> (byte) 0;
              case DENY -> DENY_RULE;
              case AUDIT -> AUDIT;
            })
        .putShort((short) entry.proxyPort())
        .putInt(entry.cookie())
        .array();
  }

  static PolicyEntry policy(byte[] key, byte[] value) {
    ByteBuffer k = buffer(key);
    int prefix = k.getInt();
    int subject = k.getInt();
    int peer = k.getInt();
    Direction direction = k.get() == 0 ? Direction.INGRESS : Direction.EGRESS;
    int protocol = k.get() & 0xff;
    int port = (k.get() & 0xff) << 8 | (k.get() & 0xff);
    int portBits = Math.max(0, prefix - POLICY_FIXED_BITS - PROTOCOL_BITS);
    ByteBuffer v = buffer(value);
    return new PolicyEntry(
        new PolicyKey(subject, direction, peer, protocol, port, portBits),
        verdict(v.get(0) != 0, v.get(1)),
        v.getShort(2) & 0xffff,
        v.getInt(4));
  }

  private static Verdict verdict(boolean allow, byte flags) {
    if (allow) {
      return (flags & AUDIT) != 0 ? Verdict.AUDIT : Verdict.ALLOW;
    }
    return (flags & DENY_RULE) != 0 ? Verdict.DENY : Verdict.DEFAULT_DENY;
  }

  /** Key of {@code slc_addr}: the address alone. */
  static byte[] address(AddressKey key) {
    return key.prefix().address().mapped();
  }

  /** Key of {@code slc_prefix}; an IPv4 prefix lies 96 bits deeper. */
  static byte[] prefix(AddressKey key) {
    Prefix prefix = key.prefix();
    return buffer(Layouts.PREFIX_KEY)
        .putInt(prefix.length() + (prefix.address().v6() ? 0 : 96))
        .put(prefix.address().mapped())
        .array();
  }

  static byte[] value(AddressEntry entry) {
    ByteBuffer bytes = buffer(Layouts.ADDRESS_VALUE).putInt(entry.identity());
    if (entry.tunnel() != null) {
      if (entry.tunnel().v6()) {
        throw new IllegalArgumentException("tunnels between nodes use IPv4: " + entry);
      }
      bytes.put(entry.tunnel().mapped(), 12, 4);
    }
    bytes.putInt(8, entry.underlay() ? UNDERLAY : 0);
    return bytes.array();
  }

  static AddressEntry address(byte[] key, byte[] value) {
    return entry(IpAddress.ofMapped(key).single(), value);
  }

  static AddressEntry prefix(byte[] key, byte[] value) {
    ByteBuffer k = buffer(key);
    int length = k.getInt();
    byte[] mapped = new byte[16];
    k.get(mapped);
    IpAddress address = IpAddress.ofMapped(mapped);
    return entry(new Prefix(address, length - (address.v6() ? 0 : 96)), value);
  }

  /** Key of {@code slc_own}: the endpoint and the address. */
  static byte[] own(AddressKey key) {
    return buffer(Layouts.OWN_KEY)
        .putInt(key.endpoint())
        .put(key.prefix().address().mapped())
        .array();
  }

  static byte[] ownValue(AddressEntry entry) {
    return buffer(Layouts.OWN_VALUE).putInt(entry.identity()).array();
  }

  static AddressEntry own(byte[] key, byte[] value) {
    byte[] mapped = new byte[16];
    buffer(key).get(4, mapped);
    return new AddressEntry(
        new AddressKey(IpAddress.ofMapped(mapped).single(), buffer(key).getInt(0)),
        buffer(value).getInt(0),
        null);
  }

  private static AddressEntry entry(Prefix prefix, byte[] value) {
    byte[] tunnel = new byte[16];
    tunnel[10] = tunnel[11] = (byte) 0xff;
    System.arraycopy(value, 4, tunnel, 12, 4);
    boolean none = buffer(value).getInt(4) == 0;
    return new AddressEntry(
        new AddressKey(prefix),
        buffer(value).getInt(0),
        none ? null : IpAddress.ofMapped(tunnel),
        (buffer(value).getInt(8) & UNDERLAY) != 0);
  }
}
