package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Packet.ICMP;
import static dev.sluice.node.kernel.Packet.ICMP6;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.echo;
import static dev.sluice.node.kernel.Packet.echoReply;
import static dev.sluice.node.kernel.Packet.icmp;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets that mean something only beside another: fragments, echo replies, ICMP errors. */
@RequiresKernel
class FragmentsAndErrorsTest extends PacketTest {
  private static final String ROUTER = "192.0.2.1";
  private static final String ROUTER6 = "2001:db8:f::1";

  @BeforeEach
  void policies() {
    lab.closed(EGRESS).closed(INGRESS);
  }

  private record Ends(String pod, String outside, String router) {}

  private static final List<Ends> FAMILIES =
      List.of(new Ends(POD, OUTSIDE, ROUTER), new Ends(POD6, OUTSIDE6, ROUTER6));

  private static Packet later(String from, String to, int id, int offset, boolean more) {
    return ip(from, to, UDP, new byte[64]).fragment(id, offset, more);
  }

  @Test
  void laterFragmentsFollowTheFirst() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    for (Ends e : FAMILIES) {
      lab.fromPod(later(e.pod, e.outside, 7, 24, false)).drops(175);
      lab.fromPod(udp(e.pod, 1, e.outside, 53).fragment(7, 0, true)).passes();
      lab.fromPod(later(e.pod, e.outside, 7, 24, true)).passes();
      lab.fromPod(later(e.pod, e.outside, 7, 88, false)).passes();
      lab.fromPod(later(e.pod, e.outside, 8, 24, false)).drops(175);
      lab.toPod(later(e.outside, e.pod, 7, 24, false)).drops(175);
    }
  }

  /** Each fragment's own header names what the first begins with: an extension, not UDP. */
  @Test
  void fragmentsFollowAFirstThatBeginsWithAnExtension() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    Packet later = ip(POD6, OUTSIDE6, 60, new byte[64]);
    lab.fromPod(later.fragment(7, 32, false)).drops(175);
    lab.fromPod(udp(POD6, 1, OUTSIDE6, 53).extension(60).fragment(7, 0, true)).passes();
    lab.fromPod(later).passes();
    assertEquals(UDP, lab.dataplane.connections().getFirst().protocol());
    assertEquals(1, lab.dataplane.connections().size());
    lab.fromPod(udp(POD6, 1, OUTSIDE6, 54).extension(60).fragment(8, 0, true)).drops(133);
    lab.fromPod(ip(POD6, OUTSIDE6, 60, new byte[64]).fragment(8, 32, false)).drops(175);
    byte[] options = {UDP, 1, 1, 12, 0, 0, 0, 0}; // 16 bytes, of which the first fragment has 8
    lab.fromPod(ip(POD6, OUTSIDE6, 60, options).fragment(9, 0, true)).drops(135);
  }

  @Test
  void aRefusedFirstFragmentLetsNothingFollow() {
    for (Ends e : FAMILIES) {
      lab.fromPod(udp(e.pod, 1, e.outside, 53).fragment(7, 0, true)).drops(133);
      lab.fromPod(later(e.pod, e.outside, 7, 24, false)).drops(175);
    }
  }

  @Test
  void aRevokedAllowCutsTheNextFragment() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    for (Ends e : FAMILIES) {
      lab.fromPod(udp(e.pod, 1, e.outside, 53).fragment(7, 0, true)).passes();
    }
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, false, 1).bump();
    for (Ends e : FAMILIES) {
      lab.fromPod(later(e.pod, e.outside, 7, 24, false)).drops(133);
    }
  }

  @Test
  void aFragmentThatIsWholeIsNone() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    lab.fromPod(udp(POD6, 1, OUTSIDE6, 53).fragment(9, 0, false)).passes();
    lab.fromPod(later(POD6, OUTSIDE6, 9, 24, false)).drops(175);
  }

  /** RFC 1858: what is read behind a datagram's end is not what its receiver puts together. */
  @Test
  void noTransportHeaderIsReadBehindTheEndOfItsDatagram() {
    lab.open(INGRESS);
    for (Ends e : FAMILIES) {
      boolean v6 = e.pod.contains(":");
      lab.toPod(tcp(e.outside, 4000, e.pod, 80).syn()).passes();
      lab.fromPod(tcp(e.pod, 80, e.outside, 4000)).passes();
      Packet first = tcp(e.pod, 80, e.outside, 4000).fragment(7, 0, true);
      lab.fromPod(first.claims(v6 ? 16 : 28)).drops(135); // the rest could make a SYN of it
      lab.fromPod(tcp(e.pod, 80, e.outside, 4000).claims(v6 ? 19 : 39)).drops(135);
      lab.fromPod(udp(e.pod, 80, e.outside, 4000).claims(v6 ? 7 : 27)).drops(135);
      lab.fromPod(ip(e.pod, e.outside, Packet.TCP, new byte[16]).fragment(7, 8, false)).drops(134);
    }
  }

  @Test
  void anEchoReplyBelongsToItsRequest() {
    lab.rule(POD_ID, EGRESS, 0, ICMP, 0, 0, true, 1);
    lab.rule(POD_ID, EGRESS, 0, ICMP6, 0, 0, true, 1);
    for (Ends e : FAMILIES) {
      lab.toPod(echoReply(e.outside, e.pod, 5)).drops(133);
      lab.fromPod(echo(e.pod, e.outside, 5)).passes();
      lab.toPod(echoReply(e.outside, e.pod, 5)).passes();
      lab.toPod(echoReply(e.outside, e.pod, 6)).drops(133);
      lab.toPod(echo(e.outside, e.pod, 5)).drops(133);
      lab.fromPod(echo(e.pod, e.outside, 0)).passes();
      lab.toPod(echo(e.outside, e.pod, 0)).drops(133);
      lab.toPod(echoReply(e.outside, e.pod, 0)).passes();
    }
  }

  @Test
  void anErrorMustBeAboutAKnownConnection() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    for (Ends e : FAMILIES) {
      Packet sent = udp(e.pod, 1, e.outside, 53);
      lab.toPod(tooBig(e.router, e.pod, sent)).drops(163);
      lab.fromPod(sent).passes();
      lab.toPod(tooBig(e.router, e.pod, sent)).passes();
      lab.toPod(tooBig(e.outside, e.pod, sent)).passes();
      lab.toPod(tooBig(e.router, e.pod, udp(e.pod, 2, e.outside, 53))).drops(163);
      lab.toPod(tooBig(e.router, e.pod, tcp(e.pod, 1, e.outside, 53))).drops(163);
      lab.toPod(tooBig(e.router, e.pod, udp(e.outside, 53, e.pod, 1))).drops(163);
    }
  }

  @Test
  void anErrorMayQuoteExtensionHeadersAndLaterFragments() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    lab.fromPod(udp(POD6, 1, OUTSIDE6, 53)).passes();
    lab.toPod(tooBig(ROUTER6, POD6, udp(POD6, 1, OUTSIDE6, 53).extension(60).extension(0)))
        .passes();
    lab.toPod(tooBig(ROUTER6, POD6, udp(POD6, 1, OUTSIDE6, 54).extension(60))).drops(163);
    lab.toPod(tooBig(ROUTER6, POD6, udp(POD6, 1, OUTSIDE6, 53).extension(43))).drops(156);
    Packet deep = udp(POD6, 1, OUTSIDE6, 53);
    for (int i = 0; i < 6; i++) {
      deep.extension(60);
    }
    lab.toPod(tooBig(ROUTER6, POD6, deep)).drops(156);
    for (Ends e : FAMILIES) {
      lab.toPod(tooBig(e.router, e.pod, later(e.pod, e.outside, 7, 24, false))).drops(175);
      lab.fromPod(udp(e.pod, 1, e.outside, 53).fragment(7, 0, true)).passes();
      lab.toPod(tooBig(e.router, e.pod, udp(e.pod, 1, e.outside, 53).fragment(7, 0, true)))
          .passes();
      lab.toPod(tooBig(e.router, e.pod, later(e.pod, e.outside, 7, 24, false))).passes();
    }
  }

  @Test
  void anErrorEndsWithItsConnectionsAllow() {
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, true, 1);
    for (Ends e : FAMILIES) {
      lab.fromPod(udp(e.pod, 1, e.outside, 53)).passes();
    }
    lab.rule(POD_ID, EGRESS, 0, UDP, 53, 16, false, 1).bump();
    for (Ends e : FAMILIES) {
      lab.toPod(tooBig(e.router, e.pod, udp(e.pod, 1, e.outside, 53))).drops(133);
    }
  }

  @Test
  void aPodMaySendAnErrorOnlyAboutWhatItGot() {
    lab.rule(POD_ID, INGRESS, 0, UDP, 53, 16, true, 1);
    for (Ends e : FAMILIES) {
      Packet got = udp(e.outside, 1, e.pod, 53);
      lab.fromPod(tooBig(e.pod, e.outside, got)).drops(163);
      lab.toPod(udp(e.outside, 1, e.pod, 53)).passes();
      lab.fromPod(tooBig(e.pod, e.outside, got)).passes();
      lab.fromPod(tooBig(e.pod, e.router, got)).drops(163);
      lab.fromPod(tooBig(e.pod, e.outside, udp(e.outside, 2, e.pod, 53))).drops(163);
    }
  }

  @Test
  void anErrorThatQuotesTooLittleIsRefused() {
    lab.toPod(icmp(ROUTER, POD, 3, 4, 1400, new byte[12])).drops(135);
    lab.toPod(icmp(ROUTER6, POD6, 2, 0, 1400, new byte[12])).drops(135);
  }
}
