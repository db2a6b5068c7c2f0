package dev.sluice.node.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Datagrams put together by hand. */
final class DatagramsTest {
  private static Peer peer(String address, int port) {
    return new Peer(IpAddress.parse(address), port);
  }

  /** One's complement sum of 16-bit words; 0xffff over data with a right checksum in it. */
  private static int sum(byte[]... parts) {
    long sum = 0;
    for (byte[] part : parts) {
      for (int i = 0; i < part.length; i++) {
        sum += (part[i] & 0xffL) << ((i & 1) == 0 ? 8 : 0);
      }
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }

  @Test
  void checksumsAddUp() {
    byte[] payload = {1, 2, 3, 4, 5};
    byte[] four =
        Datagrams.packets(peer("10.0.1.53", 53), peer("10.0.1.5", 40_000), payload, 1, 1500)
            .getFirst();
    byte[] pseudo = {0, 17, 0, (byte) (four.length - 20)};
    assertEquals(0xffff, sum(slice(four, 12, 20), pseudo, slice(four, 20, four.length)));
    byte[] six =
        Datagrams.packets(peer("fd00::53", 53), peer("fd00::5", 40_000), payload, 1, 1500)
            .getFirst();
    byte[] pseudo6 = {0, 17, 0, (byte) (six.length - 40)};
    assertEquals(0xffff, sum(slice(six, 8, 40), pseudo6, slice(six, 40, six.length)));
  }

  @Test
  void whatDoesNotFitIsFragmentedAndWholeAgain() {
    byte[] payload = new byte[4000];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) i;
    }
    for (String family : List.of("10.0.1.", "fd00::")) {
      int header = family.contains(":") ? 48 : 20;
      List<byte[]> packets =
          Datagrams.packets(peer(family + "53", 53), peer(family + "5", 4000), payload, 7, 1450);
      ByteBuffer whole = ByteBuffer.allocate(8 + payload.length);
      for (byte[] packet : packets) {
        assertTrue(packet.length <= 1450, "a fragment fits");
        whole.put(packet, header, packet.length - header);
      }
      assertEquals(0, whole.remaining());
      assertEquals(ByteBuffer.wrap(payload), ByteBuffer.wrap(slice(whole.array(), 8, 4008)));
    }
  }
}
