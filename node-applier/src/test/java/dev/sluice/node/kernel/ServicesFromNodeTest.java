package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.RST;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.ServiceRow.Kind;
import dev.sluice.core.service.NodeServices;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.kernel.Lab.Outcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sockets of the node itself send to Services that no program on a cgroup saw. */
@RequiresKernel
class ServicesFromNodeTest extends ServicePacketTest {
  private static final int HOST = 1;

  /** Groups 1 to 5: a pod here, one elsewhere, the node, nobody, the other node. IPv6: 10 more. */
  @BeforeEach
  void world() {
    lab.open(INGRESS).open(EGRESS);
    for (Ends e : FAMILIES) {
      int more = e.v6() ? 10 : 0;
      for (int protocol : new int[] {TCP, UDP}) {
        for (int group = 1; group <= 5; group++) {
          front(Kind.CLUSTER_IP, vip(e, group), 80, protocol, group + more, 0);
        }
      }
      put(backend(1 + more, e.pod(), 8080));
      put(backend(2 + more, e.remote(), 8080));
      put(backend(3 + more, e.node(), 8080));
      put(backend(5 + more, e.otherNode(), 8080));
    }
    write();
  }

  private static String vip(Ends e, int group) {
    return (e.v6() ? "fd00:10:96::8" : "10.96.0.8") + group;
  }

  private static String self(Ends e) {
    return e.v6() ? "100::1" : "169.254.42.1";
  }

  private static Outcome sends(Packet packet) {
    return lab.run("slc_to_uplink", packet.summed(), Context.LOCAL);
  }

  /** Translated and on its way to what it says then. */
  private static Frame goes(Packet packet) {
    return sends(packet).answered().frame();
  }

  private static Outcome arrives(Packet packet) {
    return lab.run("slc_from_uplink", packet.summed(), Context.ARRIVED);
  }

  private static int translations() {
    return lab.dataplane.translation().all().size();
  }

  /** Both protocols: the first packet, and one that follows. */
  private static List<Packet> dials(Ends e, int group) {
    return List.of(
        tcp(e.node(), 40000, vip(e, group), 80).syn(), udp(e.node(), 40000, vip(e, group), 80));
  }

  private static Packet answer(Frame there) {
    return packet(
        there.protocol(),
        SYN | ACK,
        there.destination(),
        there.destinationPort(),
        there.source(),
        there.sourcePort());
  }

  /** A frame as the next program gets it. */
  private static Packet same(Frame frame, int flags) {
    return packet(
        frame.protocol(),
        flags,
        frame.source(),
        frame.sourcePort(),
        frame.destination(),
        frame.destinationPort());
  }

  private static Packet packet(
      int protocol, int flags, String from, int port, String to, int toPort) {
    return protocol == TCP ? tcp(from, port, to, toPort).flags(flags) : udp(from, port, to, toPort);
  }

  private static void assertUnderTheNodesAddress(Ends e, String backend, Frame there) {
    int port = there.sourcePort();
    assertTrue(port >= Lab.PORT && port < Lab.PORT + 100, there.toString());
    assertEquals("%s %d > %s 8080".formatted(e.node(), port, backend), there.toString());
  }

  @Test
  void aPodElsewhereAnswersAsTheService() {
    for (Ends e : FAMILIES) {
      for (Packet dial : dials(e, 2)) {
        lab.told();
        Frame there = goes(dial);
        assertUnderTheNodesAddress(e, e.remote(), there);
        KernelEvent start = lab.told().getFirst();
        assertEquals(KernelEvent.Type.CONNECTION_START, start.type());
        assertEquals(HOST, start.sourceIdentity());
        assertEquals(e.remote(), start.destination().toString());
        assertEquals(Lab.REMOTE_ID, start.destinationIdentity());
        assertNotEquals(0, start.service());
        goes(dial);
        assertEquals(List.of(), lab.told());
        Packet answer = answer(there);
        String back = vip(e, 2) + " 80 > " + e.node() + " 40000";
        if (!e.v6() && there.protocol() == TCP) {
          Outcome heard = lab.fromOverlay(answer.summed(), Lab.REMOTE_ID);
          assertEquals(back, heard.untouched().frame().toString());
        }
        // With native routing it comes by the uplink.
        lab.route(0);
        assertEquals(back, arrives(answer).leftAlone().frame().toString());
        lab.route(Lab.OVERLAY);
      }
      Frame there = goes(tcp(e.node(), 40000, vip(e, 2), 80).syn());
      assertEquals(there.toString(), goes(tcp(e.node(), 40000, vip(e, 2), 80)).toString());
      assertEquals(there.toString(), goes(tcp(e.node(), 40000, vip(e, 2), 80).syn()).toString());
    }
  }

  /** The program towards the pod judges, and must know that the answer is to be translated. */
  @Test
  void aPodHereAnswersAsTheService() {
    for (Ends e : FAMILIES) {
      for (Packet dial : dials(e, 1)) {
        Frame there = goes(dial);
        assertUnderTheNodesAddress(e, e.pod(), there);
        Context sent = new Context(1, 0, 0x400);
        lab.told();
        lab.run("slc_to_pod", same(there, SYN).mac(Lab.HOST_MAC, Lab.POD_MAC), sent).passes();
        KernelEvent start = lab.told().getFirst();
        assertEquals(KernelEvent.Type.CONNECTION_START, start.type());
        assertEquals(HOST, start.sourceIdentity());
        assertNotEquals(0, start.service());
        assertEquals(
            vip(e, 1) + " 80 > " + e.node() + " 40000",
            lab.fromPod(answer(there).summed()).passes().frame().toString());
      }
    }
  }

  @Test
  void aServerOfTheNodeItselfSeesAClientThatStandsForIt() {
    for (Ends e : FAMILIES) {
      for (Packet dial : dials(e, 3)) {
        Frame there = goes(dial);
        assertEquals(
            self(e) + " " + there.sourcePort() + " > " + e.node() + " 8080", there.toString());
        assertEquals(there.toString(), arrives(same(there, SYN)).leftAlone().frame().toString());
        Frame back = goes(answer(there));
        assertEquals(vip(e, 3) + " 80 > " + e.node() + " 40000", back.toString());
        assertEquals(
            back.toString(), arrives(same(back, SYN | ACK)).leftAlone().frame().toString());
      }
    }
  }

  @Test
  void aServerOfAnotherNodeAnswersByTheUplink() {
    for (Ends e : FAMILIES) {
      for (Packet dial : dials(e, 5)) {
        Frame there = goes(dial);
        assertUnderTheNodesAddress(e, e.otherNode(), there);
        assertEquals(
            vip(e, 5) + " 80 > " + e.node() + " 40000",
            arrives(answer(there)).leftAlone().frame().toString());
      }
    }
  }

  @Test
  void withoutBackendsTheSocketIsToldAtOnce() {
    for (Ends e : FAMILIES) {
      lab.told();
      Frame reset = sends(dials(e, 4).get(0)).is(7, List.of(158)).frame();
      assertEquals(vip(e, 4) + " 80 > " + e.node() + " 40000", reset.toString());
      assertEquals(RST | ACK, reset.tcpFlags());
      Frame error = sends(dials(e, 4).get(1)).is(7, List.of(158)).frame();
      assertEquals(
          "%s > %s about %s 40000 > %s 80".formatted(vip(e, 4), e.node(), e.node(), vip(e, 4)),
          error.toString());
      KernelEvent drop = lab.drops().getFirst();
      assertEquals(HOST, drop.sourceIdentity());
      assertEquals(vip(e, 4), drop.destination().toString());
      assertNotEquals(0, drop.service());
    }
    assertEquals(0, translations());
  }

  @Test
  void whatIsNoServiceLeavesAsItCame() {
    for (Ends e : FAMILIES) {
      for (Packet packet :
          List.of(
              tcp(e.node(), 40000, vip(e, 2), 81).syn().summed(),
              tcp(e.node(), 40000, vip(e, 2), 80).summed(),
              udp(e.node(), 40000, e.outside(), 80).summed(),
              tcp(e.node(), 40000, e.outside(), 80).syn().summed())) {
        assertEquals(Frame.of(packet.bytes()), sends(packet).leftAlone().frame());
      }
    }
    assertEquals(0, translations());
  }

  /** What is forwarded, or comes from another interface, is nobody's socket. */
  @Test
  void onlyTheNodesOwnSocketsAreBalanced() {
    for (Ends e : FAMILIES) {
      Packet packet = tcp(e.outside(), 40000, vip(e, 2), 80).syn().summed();
      Outcome outcome = lab.run("slc_to_uplink", packet, Context.ARRIVED);
      assertEquals(Frame.of(packet.bytes()), outcome.leftAlone().frame());
    }
  }

  @Test
  void errorsAreAboutWhatTheirReaderSent() {
    for (Ends e : FAMILIES) {
      Frame there = goes(udp(e.node(), 40000, vip(e, 5), 80));
      Packet sent = udp(e.node(), there.sourcePort(), e.otherNode(), 8080).summed();
      assertEquals(
          "%s > %s about %s 40000 > %s 80".formatted(vip(e, 5), e.node(), e.node(), vip(e, 5)),
          arrives(tooBig(e.otherNode(), e.node(), sent)).leftAlone().frame().toString());
      Packet seen = udp(vip(e, 5), 80, e.node(), 40000).summed();
      assertEquals(
          "%s > %s about %s 8080 > %s %d"
              .formatted(e.node(), e.otherNode(), e.otherNode(), e.node(), there.sourcePort()),
          goes(tooBig(e.node(), vip(e, 5), seen)).toString());
    }
  }

  @Test
  void fragmentsFollowTheirFirst() {
    for (Ends e : FAMILIES) {
      Packet first = udp(e.node(), 40000, vip(e, 2), 80).fragment(7, 0, true);
      lab.run("slc_to_uplink", first, Context.LOCAL).answered();
      Packet later = ip(e.node(), vip(e, 2), UDP, new byte[64]).fragment(7, 24, false);
      Outcome outcome = lab.run("slc_to_uplink", later, Context.LOCAL);
      assertEquals(e.node() + " > " + e.remote(), outcome.answered().frame().addresses());
    }
  }

  @Test
  void whoBeginsAnewLeavesABackendThatIsGone() {
    assertEquals(REMOTE, goes(tcp(Lab.NODE, 40000, "10.96.0.82", 80).syn()).destination());
    assertEquals(REMOTE, goes(udp(Lab.NODE, 40000, "10.96.0.82", 80)).destination());
    put(backend(2, POD, 8080));
    gone(backend(2, REMOTE, 8080));
    write();
    lab.dataplane.translation().forget(services.takeGone());
    assertEquals(REMOTE, goes(tcp(Lab.NODE, 40000, "10.96.0.82", 80)).destination());
    assertEquals(POD, goes(tcp(Lab.NODE, 40000, "10.96.0.82", 80).syn()).destination());
    assertEquals(POD, goes(udp(Lab.NODE, 40000, "10.96.0.82", 80)).destination());
  }

  @Test
  void aServiceThatIsGoneIsNobodys() {
    services = new NodeServices("n1", 16_381, false);
    write();
    for (Ends e : FAMILIES) {
      sends(tcp(e.node(), 40000, vip(e, 2), 80).syn()).leftAlone();
    }
  }
}
