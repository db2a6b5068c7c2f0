package dev.sluice.node.proxy.socket;

import dev.sluice.core.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * UDP datagrams as whole IP packets, in fragments where they do not fit: what a raw socket sends in
 * another's name (RFC 768, 791, 8200).
 */
final class Datagrams {
  private static final int UDP = 17;
  private static final int TTL = 64;
  private static final int FRAGMENT_HEADER = 44;

  private Datagrams() {}

  /**
   * @param id tells the fragments of one datagram from those of others
   * @param mtu of the way, in bytes
   */
  static List<byte[]> packets(Peer from, Peer to, byte[] payload, int id, int mtu) {
    byte[] datagram = datagram(from, to, payload);
    int header = to.address().v6() ? 40 : 20;
    List<byte[]> packets = new ArrayList<>();
    if (header + datagram.length <= mtu) {
      packets.add(packet(from, to, datagram, 0, datagram.length, false, id));
      return packets;
    }
    int room = (mtu - header - (to.address().v6() ? 8 : 0)) & ~7;
    for (int at = 0; at < datagram.length; at += room) {
      int length = Math.min(room, datagram.length - at);
      packets.add(packet(from, to, datagram, at, length, true, id));
    }
    return packets;
  }

  private static byte[] datagram(Peer from, Peer to, byte[] payload) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + payload.length);
    bytes.putShort((short) from.port()).putShort((short) to.port());
    bytes.putShort((short) bytes.capacity()).putShort((short) 0).put(payload);
    int sum = sum(bytes.array()) + UDP + bytes.capacity();
    sum += sum(octets(from.address())) + sum(octets(to.address()));
    int check = ~fold(sum) & 0xffff;
    bytes.putShort(6, (short) (check == 0 ? 0xffff : check));
    return bytes.array();
  }

  private static byte[] packet(
      Peer from, Peer to, byte[] datagram, int at, int length, boolean fragment, int id) {
    boolean last = at + length == datagram.length;
    if (!to.address().v6()) {
      ByteBuffer bytes = ByteBuffer.allocate(20 + length);
      bytes.put((byte) 0x45).put((byte) 0).putShort((short) bytes.capacity());
      bytes.putShort((short) (fragment ? id : 0));
      bytes.putShort((short) (fragment && !last ? 0x2000 | at / 8 : at / 8));
      bytes.put((byte) TTL).put((byte) UDP).putShort((short) 0); // the kernel sums the header
      bytes.put(octets(from.address())).put(octets(to.address()));
      return bytes.put(datagram, at, length).array();
    }
    ByteBuffer bytes = ByteBuffer.allocate(40 + (fragment ? 8 : 0) + length);
    bytes.putInt(0x6000_0000).putShort((short) (bytes.capacity() - 40));
    bytes.put((byte) (fragment ? FRAGMENT_HEADER : UDP)).put((byte) TTL);
    bytes.put(octets(from.address())).put(octets(to.address()));
    if (fragment) {
      bytes.put((byte) UDP).put((byte) 0).putShort((short) (at | (last ? 0 : 1))).putInt(id);
    }
    return bytes.put(datagram, at, length).array();
  }

  private static byte[] octets(IpAddress address) {
    byte[] mapped = address.mapped();
    return address.v6() ? mapped : java.util.Arrays.copyOfRange(mapped, 12, 16);
  }

  private static int sum(byte[] bytes) {
    int sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += (bytes[i] & 0xff) << ((i & 1) == 0 ? 8 : 0);
    }
    return fold(sum);
  }

  private static int fold(int sum) {
    int folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return folded;
  }
}
