package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a frame says, read again from its bytes. Its text is {@code PROTOCOL SOURCE > DESTINATION},
 * with {@code about} and the inner packet for an ICMP error, and with the word {@code WRONG} for
 * each checksum that is not right.
 */
record Frame(byte[] bytes, int at) {
  private static final int ETHERNET = 14;

  static Frame of(byte[] bytes) {
    return new Frame(bytes, ETHERNET);
  }

  /** Writes the transport header's checksum. */
  static void fill(byte[] bytes) {
    Frame frame = of(bytes);
    if (frame.checkAt() > 0) {
      int check = ~frame.sum() & 0xffff;
      bytes[frame.checkAt()] = (byte) (check >>> 8);
      bytes[frame.checkAt() + 1] = (byte) check;
    }
  }

  private boolean v6() {
    return bytes[at] >>> 4 == 6;
  }

  private int l4() {
    return at + header();
  }

  private int header() {
    return v6() ? 40 : Math.max(20, (bytes[at] & 0xf) * 4);
  }

  private boolean headerIsWrong() {
    return !v6() && Packet.sum(bytes, at, header()) != 0xffff;
  }

  int protocol() {
    return bytes[at + (v6() ? 6 : 9)] & 0xff;
  }

  private int number(int where) {
    return (bytes[where] & 0xff) << 8 | bytes[where + 1] & 0xff;
  }

  private int end() {
    return v6() ? at + 40 + number(at + 4) : at + number(at + 2);
  }

  String source() {
    return address(at + (v6() ? 8 : 12));
  }

  String destination() {
    return address(at + (v6() ? 24 : 16));
  }

  private String address(int where) {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    System.arraycopy(bytes, where, mapped, v6() ? 0 : 12, v6() ? 16 : 4);
    return IpAddress.ofMapped(mapped).toString();
  }

  int sourcePort() {
    return number(l4());
  }

  int destinationPort() {
    return number(l4() + 2);
  }

  /** Of an echo. */
  int identifier() {
    return number(l4() + 4);
  }

  int tcpFlags() {
    return bytes[l4() + 13] & 0xff;
  }

  /** Type and code of ICMP. */
  int icmp() {
    return number(l4());
  }

  /** Of an error that says that something is too big: what would fit. */
  int mtu() {
    return number(l4() + 6);
  }

  private boolean isIcmp() {
    return protocol() == Packet.ICMP || protocol() == Packet.ICMP6;
  }

  private int checkAt() {
    return switch (protocol()) {
      case Packet.TCP -> l4() + 16;
      case Packet.UDP -> l4() + 6;
      case Packet.ICMP, Packet.ICMP6 -> l4() + 2;
      default -> 0;
    };
  }

  /** Over the pseudo header where the protocol has one, and all that follows the IP header. */
  private int sum() {
    int length = end() - l4();
    byte[] all = new byte[40 + length + (length & 1)];
    if (protocol() != Packet.ICMP) {
      int addresses = v6() ? 32 : 8;
      System.arraycopy(bytes, at + (v6() ? 8 : 12), all, 0, addresses);
      all[34] = (byte) (length >>> 8);
      all[35] = (byte) length;
      all[37] = (byte) protocol();
    }
    System.arraycopy(bytes, l4(), all, 40, Math.min(length, bytes.length - l4()));
    return Packet.sum(all, 0, all.length);
  }

  private boolean sctpIsWrong() {
    byte[] sctp = Arrays.copyOfRange(bytes, l4(), end());
    int check = ByteBuffer.wrap(sctp).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
    Arrays.fill(sctp, 8, 12, (byte) 0);
    return check != Packet.crc32c(sctp);
  }

  private String wrong() {
    if (protocol() == Packet.SCTP && at == ETHERNET && sctpIsWrong()) {
      return " WRONG SCTP";
    }
    String head = headerIsWrong() ? " WRONG IP" : "";
    return head + (checkAt() == 0 || at != ETHERNET || sum() == 0xffff ? "" : " WRONG L4");
  }

  /** Without transport header: a later fragment. */
  String addresses() {
    String head = headerIsWrong() ? " WRONG IP" : "";
    return source() + " > " + destination() + head;
  }

  private Frame inner() {
    return new Frame(bytes, l4() + 8);
  }

  private boolean isError() {
    int type = bytes[l4()] & 0xff;
    return protocol() == Packet.ICMP6 ? type < 128 : protocol() == Packet.ICMP && type % 8 != 0;
  }

  @Override
  public String toString() {
    if (isIcmp() && isError()) {
      return source() + " > " + destination() + " about " + inner() + wrong();
    }
    if (isIcmp()) {
      return "%s > %s echo %d%s".formatted(source(), destination(), identifier(), wrong());
    }
    return "%s %d > %s %d%s"
        .formatted(source(), sourcePort(), destination(), destinationPort(), wrong());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frame frame && Arrays.equals(bytes, frame.bytes) && at == frame.at;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
