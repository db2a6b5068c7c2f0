package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.ip;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.node.bpf.TestRun.Context;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sums of datagrams that become others': they may have none, and none of them may be 0. */
@RequiresKernel
class DatagramSumsTest extends ServicePacketTest {
  private static final int PORT = 30053;
  private static final int CHECK_IP4 = 40;

  @BeforeEach
  void world() {
    lab.open(INGRESS);
    nodePort("0.0.0.0", PORT, UDP, 1);
    nodePort("::", PORT, UDP, 2);
    put(backend(1, Lab.POD, 8080));
    put(backend(2, Lab.POD6, 8080));
    write();
  }

  /** A datagram to the node port that ends with a word. */
  private static Packet datagram(Ends e, int bytes, int word) {
    ByteBuffer udp = ByteBuffer.allocate(8 + bytes);
    udp.putShort((short) 40000).putShort((short) PORT).putShort((short) (8 + bytes));
    if (bytes > 1) {
      udp.putShort(8 + bytes - 2, (short) word);
    }
    return ip(e.outside(), e.node(), UDP, udp.array());
  }

  private static Frame arrives(Packet packet) {
    return lab.run("slc_from_uplink", packet, Context.ARRIVED).redirected().frame();
  }

  /** The sum that the program wrote. */
  private static int check(Packet packet, int at) {
    byte[] bytes = lab.run("slc_from_uplink", packet, Context.ARRIVED).redirected().packet();
    return ByteBuffer.wrap(bytes).getShort(at) & 0xffff;
  }

  private static int checkAt(Ends e) {
    return e.v6() ? CHECK_IP4 + 20 : CHECK_IP4;
  }

  @Test
  void datagramsOfEveryLengthHaveTheRightSum() {
    for (Ends e : FAMILIES) {
      String becomes = "%s 40000 > %s 8080".formatted(e.outside(), e.pod());
      for (int bytes = 0; bytes < 20; bytes++) {
        assertEquals(becomes, arrives(datagram(e, bytes, 0xbeef).summed()).toString());
      }
    }
  }

  @Test
  void whatHasNoSumGetsNone() {
    for (int bytes : new int[] {2, 16}) { // through a helper, and in place
      assertEquals(0, check(datagram(FAMILIES.getFirst(), bytes, 7), CHECK_IP4));
    }
  }

  @Test
  void aSumThatWouldBeNoneIsWrittenTheOtherWay() {
    for (Ends e : FAMILIES) {
      for (int bytes : new int[] {2, 16}) {
        int sum = check(datagram(e, bytes, 0).summed(), checkAt(e));
        Packet fits = datagram(e, bytes, sum).summed();
        assertEquals(0xffff, check(fits, checkAt(e)));
      }
    }
  }
}
