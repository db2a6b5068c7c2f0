package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Builds an Ethernet frame for a packet table; the family is that of the addresses. Checksums stay
 * 0, except that of an IPv4 header, unless {@link #summed} asks for it.
 */
final class Packet {
  static final int FIN = 0x01;
  static final int SYN = 0x02;
  static final int RST = 0x04;
  static final int ACK = 0x10;

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMP6 = 58;
  static final int SCTP = 132;

  private final int etherType;
  private final IpAddress source;
  private final IpAddress destination;
  private int protocol;
  private byte[] body;
  private MacAddress from = Lab.POD_MAC;
  private MacAddress to = Lab.HOST_MAC;
  private int hops = 64;
  private int fragment;
  private int fragmentId;
  private int vlan = -1;
  private int length = Integer.MAX_VALUE;
  private int claimed = -1;
  private int options;
  private boolean summed;

  private Packet(int etherType, String source, String destination, int protocol, byte[] body) {
    this.etherType = etherType;
    this.source = IpAddress.parse(source);
    this.destination = IpAddress.parse(destination);
    this.protocol = protocol;
    this.body = body;
  }

  /** Any protocol over IP. */
  static Packet ip(String source, String destination, int protocol, byte... body) {
    boolean v6 = source.contains(":");
    return new Packet(v6 ? 0x86dd : 0x0800, source, destination, protocol, body);
  }

  /** A frame that is neither IP nor ARP. */
  static Packet ether(int type) {
    return new Packet(type, "0.0.0.0", "0.0.0.0", 0, new byte[46]);
  }

  /** A TCP segment with ACK set; see {@link #syn} and {@link #flags}. */
  static Packet tcp(String source, int sourcePort, String destination, int port) {
    ByteBuffer tcp = ByteBuffer.allocate(20);
    tcp.putShort((short) sourcePort).putShort((short) port).putInt(1).putInt(1);
    tcp.put((byte) 0x50).put((byte) ACK);
    return ip(source, destination, TCP, tcp.array());
  }

  static Packet udp(String source, int sourcePort, String destination, int port) {
    ByteBuffer udp = ByteBuffer.allocate(24);
    udp.putShort((short) sourcePort).putShort((short) port).putShort((short) 24);
    return ip(source, destination, UDP, udp.array());
  }

  /**
   * A chunk of SCTP with the checksum (CRC32c, RFC 9260) over all of it, but for 0 in its place.
   */
  static Packet sctp(String source, int sourcePort, String destination, int port) {
    ByteBuffer sctp = ByteBuffer.allocate(32);
    sctp.putShort((short) sourcePort).putShort((short) port).putInt(0).putInt(0);
    sctp.put((byte) 1).put((byte) 0).putShort((short) 20).putInt(7); // INIT
    sctp.order(ByteOrder.LITTLE_ENDIAN).putInt(8, crc32c(sctp.array()));
    return ip(source, destination, SCTP, sctp.array());
  }

  static int crc32c(byte[] sctp) {
    CRC32C sum = new CRC32C();
    sum.update(sctp);
    return (int) sum.getValue();
  }

  static Packet echo(String source, String destination, int id) {
    return icmp(source, destination, source.contains(":") ? 128 : 8, 0, id << 16);
  }

  static Packet echoReply(String source, String destination, int id) {
    return icmp(source, destination, source.contains(":") ? 129 : 0, 0, id << 16);
  }

  /**
   * An error "packet too big" about another packet: quoted whole, of IPv4 8 bytes behind its
   * header.
   */
  static Packet tooBig(String source, String destination, Packet about) {
    boolean v6 = source.contains(":");
    byte[] inner = about.bytes();
    int end = v6 ? inner.length : Math.min(inner.length, 14 + (inner[14] & 0xf) * 4 + 8);
    byte[] quoted = Arrays.copyOfRange(inner, 14, end);
    return icmp(source, destination, v6 ? 2 : 3, v6 ? 0 : 4, 1400, quoted);
  }

  /** An ICMP message of the family of the addresses. */
  static Packet icmp(
      String source, String destination, int type, int code, int second, byte... rest) {
    ByteBuffer icmp = ByteBuffer.allocate(8 + rest.length);
    icmp.put((byte) type).put((byte) code).putShort((short) 0).putInt(second).put(rest);
    return ip(source, destination, source.contains(":") ? ICMP6 : ICMP, icmp.array());
  }

  /** A neighbour solicitation (135) or advertisement (136) with the sender's link address. */
  static Packet neighbour(
      int type, String source, String destination, String target, MacAddress mac) {
    ByteBuffer rest = ByteBuffer.allocate(24).put(IpAddress.parse(target).mapped());
    rest.put((byte) (type - 134)).put((byte) 1).put(mac.bytes());
    return icmp(source, destination, type, 0, 0, rest.array()).hops(255);
  }

  /** ARP over Ethernet: 1 asks, 2 answers. */
  static Packet arp(int operation, MacAddress mac, String sender, String target) {
    ByteBuffer arp = ByteBuffer.allocate(28);
    arp.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    arp.putShort((short) operation).put(mac.bytes()).put(IpAddress.parse(sender).mapped(), 12, 4);
    arp.put(new byte[6]).put(IpAddress.parse(target).mapped(), 12, 4);
    return new Packet(0x0806, sender, target, 0, arp.array());
  }

  Packet syn() {
    return flags(SYN);
  }

  /** Sets the flags of a TCP segment. */
  Packet flags(int flags) {
    body[13] = (byte) flags;
    return this;
  }

  Packet mac(MacAddress source, MacAddress destination) {
    from = source;
    to = destination;
    return this;
  }

  Packet hops(int left) {
    hops = left;
    return this;
  }

  /** Puts an 802.1Q tag before the type. */
  Packet vlan(int id) {
    vlan = id;
    return this;
  }

  /** Cuts the frame, so that its headers promise more than there is. */
  Packet cut(int bytes) {
    length = bytes;
    return this;
  }

  /** Makes the body of the packet this long, and lets the IP header say so. */
  Packet body(int bytes) {
    body = Arrays.copyOf(body, bytes);
    return this;
  }

  /** Lets the IP header claim another length: total of IPv4, payload of IPv6. */
  Packet claims(int bytes) {
    claimed = bytes;
    return this;
  }

  /**
   * Makes it a fragment; in IPv6 by an extension header.
   *
   * @param offset in bytes, a multiple of 8; later fragments should have a body of payload
   */
  Packet fragment(int id, int offset, boolean more) {
    fragmentId = id;
    if (source.v6()) {
      return extension(44, offset >> 8, offset & 0xf8 | (more ? 1 : 0), 0, 0, id >>> 8, id & 0xff);
    }
    fragment = offset >> 3 | (more ? 0x2000 : 0);
    return this;
  }

  /** Forbids IPv4 routers to cut it; those of IPv6 never do. */
  Packet uncut() {
    fragment = 0x4000;
    return this;
  }

  /** Gives an IPv4 header so many bytes of options that mean nothing: a multiple of 4, up to 40. */
  Packet options(int bytes) {
    options = bytes;
    return this;
  }

  /** Puts an IPv6 extension header of 8 bytes before what is there: its bytes from the third. */
  Packet extension(int type, int... rest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(protocol);
    out.write(0);
    for (int i = 0; i < 6; i++) {
      out.write(i < rest.length ? rest[i] : 0);
    }
    out.writeBytes(body);
    body = out.toByteArray();
    protocol = type;
    return this;
  }

  /** Gives the transport header a right checksum; of a fragment, that of its own bytes. */
  Packet summed() {
    summed = true;
    return this;
  }

  byte[] bytes() {
    ByteBuffer frame = ByteBuffer.allocate(1600).put(to.bytes()).put(from.bytes());
    if (vlan >= 0) {
      frame.putShort((short) 0x8100).putShort((short) vlan);
    }
    frame.putShort((short) etherType);
    if (etherType == 0x0800) {
      ip4(frame);
    } else if (etherType == 0x86dd) {
      frame.putInt(0x60000000).putShort((short) (claimed < 0 ? body.length : claimed));
      frame.put((byte) protocol).put((byte) hops);
      frame.put(source.mapped()).put(destination.mapped());
    }
    frame.put(body);
    if (summed) {
      Frame.fill(frame.array());
    }
    return Arrays.copyOf(frame.array(), Math.min(frame.position(), length));
  }

  private void ip4(ByteBuffer frame) {
    int at = frame.position();
    int header = 20 + options;
    frame.put((byte) (0x40 | header / 4)).put((byte) 0);
    frame.putShort((short) (claimed < 0 ? header + body.length : claimed));
    frame.putShort((short) fragmentId).putShort((short) fragment);
    frame.put((byte) hops).put((byte) protocol).putShort((short) 0);
    frame.put(source.mapped(), 12, 4).put(destination.mapped(), 12, 4);
    byte[] nothing = new byte[options];
    Arrays.fill(nothing, (byte) 1);
    frame.put(nothing);
    frame.putShort(at + 10, (short) ~sum(frame.array(), at, header));
  }

  /** The Internet checksum before it is inverted; 0xffff over what carries a right one. */
  static int sum(byte[] bytes, int at, int count) {
    int sum = 0;
    for (int i = at; i < at + count; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
