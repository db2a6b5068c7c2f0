package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR6;
import static dev.sluice.node.kernel.Packet.SCTP;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.sctp;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.Errno;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.node.bpf.TestRun.Context;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Some devices sum over all of a packet, and the kernel believes them: what programs change must
 * change that sum too, or every receiver sums again and the kernel's log says "hw csum failure".
 */
@RequiresKernel
class WholeSumsTest extends ServicePacketTest {
  private static final int REDIRECTED = 7;
  private static final int PORT = 30080;

  @BeforeEach
  void world() {
    lab.open(INGRESS).open(EGRESS);
    int group = 0;
    for (Ends e : FAMILIES) {
      for (int protocol : List.of(TCP, UDP, SCTP)) {
        nodePort(e.any(), PORT, protocol, ++group);
        put(backend(group, e.pod(), protocol == SCTP ? PORT : 8080));
      }
    }
    write();
    assumeTrue(isKnown(), "this kernel makes no such packets");
  }

  private static boolean isKnown() {
    try {
      run("slc_to_uplink", udp(Lab.NODE, 1, Lab.OUTSIDE, 1));
      return true;
    } catch (BpfException e) {
      return e.errno() != Errno.INVAL;
    }
  }

  /** The verdict; an exception when the sum is not the packet's afterwards. */
  private static int run(String program, Packet packet) {
    int fd = lab.dataplane.programFd(program);
    return TestRun.onceSummed(fd, packet.summed().bytes(), Context.ARRIVED).verdict();
  }

  private static void arrives(Packet packet) {
    assertEquals(REDIRECTED, run("slc_from_uplink", packet));
  }

  private static void answers(Packet packet) {
    assertEquals(REDIRECTED, run("slc_from_pod", packet));
  }

  @Test
  void fromPodToPod() {
    answers(tcp(Lab.POD, 1, NEIGHBOUR, 80).syn());
    answers(tcp(Lab.POD6, 1, NEIGHBOUR6, 80).syn());
  }

  @Test
  void whatIsTranslatedAtTheUplink() {
    for (Ends e : FAMILIES) {
      arrives(tcp(e.outside(), 40000, e.node(), PORT).syn());
      answers(tcp(e.pod(), 8080, e.outside(), 40000));
      arrives(udp(e.outside(), 40000, e.node(), PORT));
      answers(udp(e.pod(), 8080, e.outside(), 40000));
      arrives(sctp(e.outside(), 40000, e.node(), PORT));
      answers(sctp(e.pod(), PORT, e.outside(), 40000));
    }
  }

  @Test
  void fragmentsAndErrors() {
    for (Ends e : FAMILIES) {
      arrives(tcp(e.outside(), 40000, e.node(), PORT).syn().fragment(7, 0, true));
      arrives(ip(e.outside(), e.node(), TCP, new byte[32]).fragment(7, 24, false));
      Packet answer = tcp(e.node(), PORT, e.outside(), 40000).summed();
      arrives(tooBig(e.router(), e.node(), answer));
    }
  }

  @Test
  void whatPodsSendBeyondTheClusterAndItsAnswers() {
    for (Ends e : FAMILIES) {
      Packet asks = udp(e.pod(), 40000, e.outside(), 53);
      int port = lab.run("slc_to_uplink", asks, Context.ARRIVED).leftAlone().frame().sourcePort();
      assertEquals(-1, run("slc_to_uplink", asks));
      assertEquals(-1, run("slc_from_uplink", udp(e.outside(), 53, e.node(), port)));
      Packet sent = udp(e.node(), port, e.outside(), 53).summed();
      assertEquals(-1, run("slc_from_uplink", tooBig(e.router(), e.node(), sent)));
    }
  }
}
