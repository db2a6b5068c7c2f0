package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OTHER_NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.FIN;
import static dev.sluice.node.kernel.Packet.RST;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.sctp;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.net.Prefix;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.kernel.Lab.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients outside the cluster send to Services, on the node's uplink. */
@RequiresKernel
class NodePortTest extends ServicePacketTest {
  private static final String BALANCED = "203.0.113.80";
  private static final int TCP_PORT = 30080;
  private static final int UDP_PORT = 30053;

  @BeforeEach
  void policies() {
    lab.open(INGRESS).closed(EGRESS);
  }

  /** Group 1: the pod; 2: the remote pod; of each family (10 more for IPv6). */
  private void world() {
    for (Ends e : FAMILIES) {
      int more = e.v6() ? 10 : 0;
      nodePort(e.any(), TCP_PORT, Packet.TCP, 1 + more);
      nodePort(e.any(), UDP_PORT, UDP, 1 + more);
      nodePort(e.any(), TCP_PORT + 1, Packet.TCP, 2 + more);
      nodePort(e.any(), UDP_PORT + 1, UDP, 2 + more);
      put(backend(1 + more, e.pod(), 8080));
      put(backend(2 + more, e.remote(), 8080));
    }
    write();
  }

  private static Outcome arrives(Packet packet) {
    return lab.run("slc_from_uplink", packet.summed(), Context.ARRIVED);
  }

  private static Outcome answers(Packet packet) {
    return lab.fromPod(packet.summed());
  }

  @Test
  void aBackendHereSeesTheClientAndAnswersAsTheService() {
    world();
    for (Ends e : FAMILIES) {
      Outcome in = arrives(tcp(e.outside(), 40000, e.node(), TCP_PORT).syn()).redirected();
      assertEquals(e.outside() + " 40000 > " + e.pod() + " 8080", in.frame().toString());
      Outcome out = answers(tcp(e.pod(), 8080, e.outside(), 40000).flags(SYN | ACK)).redirected();
      assertEquals(e.node() + " 30080 > " + e.outside() + " 40000", out.frame().toString());
      in = arrives(udp(e.outside(), 40000, e.node(), UDP_PORT)).redirected();
      assertEquals(e.outside() + " 40000 > " + e.pod() + " 8080", in.frame().toString());
      out = answers(udp(e.pod(), 8080, e.outside(), 40000)).redirected();
      assertEquals(e.node() + " 30053 > " + e.outside() + " 40000", out.frame().toString());
    }
  }

  @Test
  void optionsOfIpv4GoAlong() {
    world();
    nodePort("0.0.0.0", TCP_PORT + 9, UDP, 99);
    write();
    for (int options : new int[] {4, 40}) {
      int port = 40000 + options;
      Packet opening = tcp(OUTSIDE, port, NODE, TCP_PORT).syn().options(options);
      Frame in = arrives(opening).redirected().frame();
      assertEquals(OUTSIDE + " " + port + " > " + POD + " 8080", in.toString());
      Packet answer = tcp(POD, 8080, OUTSIDE, port).flags(SYN | ACK).options(options);
      Frame out = answers(answer).redirected().frame();
      assertEquals(NODE + " 30080 > " + OUTSIDE + " " + port, out.toString());
      in = arrives(udp(OUTSIDE, port, NODE, UDP_PORT).options(options)).redirected().frame();
      assertEquals(OUTSIDE + " " + port + " > " + POD + " 8080", in.toString());
      opening = tcp(OUTSIDE, port, NODE, TCP_PORT + 1).syn().options(options);
      Frame on = arrives(opening).is(7, List.of()).frame();
      assertEquals(NODE + " " + on.sourcePort() + " > " + REMOTE + " 8080", on.toString());
      Packet lost = udp(OUTSIDE, port, NODE, TCP_PORT + 9).options(options);
      assertEquals(
          NODE + " > " + OUTSIDE + " about " + OUTSIDE + " " + port + " > " + NODE + " 30089",
          arrives(lost).is(7, List.of(158)).frame().toString());
    }
  }

  @Test
  void aBackendElsewhereSeesTheNodeUnderAPortOfItsOwn() {
    world();
    for (Ends e : FAMILIES) {
      Set<Integer> ports = new HashSet<>();
      for (int client = 0; client < 50; client++) {
        Outcome on = arrives(tcp(e.outside(), 40000 + client, e.node(), TCP_PORT + 1).syn());
        Frame frame = on.is(7, List.of()).frame();
        ports.add(frame.sourcePort());
        assertEquals(
            e.node() + " " + frame.sourcePort() + " > " + e.remote() + " 8080", frame.toString());
        assertTrue(frame.sourcePort() >= Lab.PORT && frame.sourcePort() < Lab.PORT + 100);
        Frame again = arrives(tcp(e.outside(), 40000 + client, e.node(), TCP_PORT + 1)).frame();
        assertEquals(frame.toString(), again.toString());
      }
      assertEquals(50, ports.size(), "each connection has a port of its own");
    }
  }

  @Test
  void noPortLeftIsAReasonOfItsOwn() {
    lab.translate(2, NODE, NODE6);
    world();
    int dropped = 0;
    for (int client = 0; client < 10; client++) {
      Outcome on = arrives(tcp(OUTSIDE, 40000 + client, NODE, TCP_PORT + 1).syn());
      dropped += on.counted().contains(167) ? 1 : 0;
    }
    assertEquals(8, dropped);
  }

  @Test
  void policyOfTheBackendIsAboutTheClient() {
    world();
    lab.closed(INGRESS);
    lab.known(OUTSIDE + "/32", 0x800001, null);
    lab.rule(POD_ID, INGRESS, 0x800001, Packet.TCP, 8080, 16, true, 1);
    arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT).syn()).redirected();
    arrives(tcp("198.51.100.8", 40000, NODE, TCP_PORT).syn()).drops(133);
    KernelEvent drop = lab.drops().getFirst();
    assertEquals("198.51.100.8", drop.source().toString());
    assertEquals(POD, drop.destination().toString());
    assertNotEquals(0, drop.service());
  }

  @Test
  void anAddressThatChangesItsIdentityIsAskedAnew() {
    world();
    lab.rule(POD_ID, INGRESS, 0x800001, Packet.TCP, 8080, 16, false, 1);
    arrives(tcp("198.51.100.40", 40000, NODE, TCP_PORT).syn()).redirected();
    lab.known("198.51.100.40/32", 0x800001, null);
    arrives(tcp("198.51.100.40", 40000, NODE, TCP_PORT)).drops(133);
  }

  /** More of them than a CPU remembers, so that some take the others' places. */
  @Test
  void eachOfManyClientsIsJudgedAsItself() {
    world();
    lab.rule(POD_ID, INGRESS, 0x800001, Packet.TCP, 8080, 16, false, 1);
    for (int client = 0; client < 600; client++) {
      lab.known(client(client) + "/32", 0x800001, null);
    }
    for (int client = 0; client < 600; client++) {
      arrives(tcp(client(client), 40000, NODE, TCP_PORT).syn()).drops(133);
      arrives(tcp(client(600 + client), 40000, NODE, TCP_PORT).syn()).redirected();
    }
  }

  private static String client(int number) {
    return "203.0.%d.%d".formatted(number / 250, 1 + number % 250);
  }

  @Test
  void whoWasOutsideAndIsAnotherNowOpensAsThat() {
    world();
    String client = "198.51.100.41";
    lab.rule(POD_ID, INGRESS, 0x800001, Packet.TCP, 8080, 16, false, 1);
    arrives(tcp(client, 40000, NODE, TCP_PORT).syn()).redirected();
    lab.known(client + "/32", 0x800001, null);
    arrives(tcp(client, 40001, NODE, TCP_PORT).syn()).drops(133);
    lab.known(client + "/32", Lab.REMOTE_ID, OTHER_NODE);
    arrives(tcp(client, 40002, NODE, TCP_PORT).syn()).drops(132);
    lab.known(client + "/32", 2, null);
    arrives(tcp(client, 40003, NODE, TCP_PORT).syn()).redirected();
    lab.pod(3, 3, POD_ID, client, "fd00:10:0:1::3", true); // before anybody says so in the log
    arrives(tcp(client, 40004, NODE, TCP_PORT).syn()).drops(132);
  }

  @Test
  void nobodyPretendsToBeAPodTowardsAService() {
    world();
    arrives(tcp(POD, 40000, NODE, TCP_PORT).syn()).drops(132);
    arrives(tcp(NODE, 40000, NODE, TCP_PORT).syn()).drops(132);
    arrives(tcp(REMOTE, 40000, NODE, TCP_PORT).syn()).drops(132);
    arrives(tcp(OTHER_NODE, 40000, NODE, TCP_PORT).syn()).redirected();
  }

  @Test
  void whatIsNoServiceIsLeftAlone() {
    world();
    arrives(tcp(OUTSIDE, 40000, NODE, 22).syn()).leftAlone();
    arrives(tcp(OUTSIDE, 40000, NODE, 30999).syn()).leftAlone();
    arrives(tcp(OUTSIDE, 40000, "198.51.100.99", TCP_PORT).syn()).leftAlone();
    arrives(udp(OUTSIDE, 40000, NODE, TCP_PORT)).leftAlone();
    front(ServiceRow.Kind.CLUSTER_IP, "10.96.0.80", 80, Packet.TCP, 1, 0);
    write();
    arrives(tcp(OUTSIDE, 40000, "10.96.0.80", 80).syn()).leftAlone();
  }

  @Test
  void onlyClientsOfItsRangesReachABalancedAddress() {
    front(
        ServiceRow.Kind.LOAD_BALANCER,
        BALANCED,
        80,
        Packet.TCP,
        1,
        0,
        Prefix.parse(OUTSIDE + "/31"));
    put(backend(1, POD, 8080));
    write();
    arrives(tcp(OUTSIDE, 40000, BALANCED, 80).syn()).redirected();
    arrives(tcp("198.51.100.6", 40000, BALANCED, 80).syn()).redirected();
    arrives(tcp("198.51.100.8", 40000, BALANCED, 80).syn()).drops(177);
    assertEquals(1, lab.drops().size());
  }

  @Test
  void rangesOfOneFamilyLetNobodyOfTheOtherIn() {
    Prefix all4 = Prefix.parse("0.0.0.0/0");
    Prefix all6 = Prefix.parse("::/0");
    Prefix[] ranges = {all4, all6};
    for (Ends e : FAMILIES) {
      put(backend(e.v6() ? 11 : 1, e.pod(), 8080));
      for (int port = 0; port < 2; port++) {
        String address = e.v6() ? "2001:db8:80::80" : BALANCED;
        int group = e.v6() ? 11 : 1;
        front(ServiceRow.Kind.LOAD_BALANCER, address, port + 1, Packet.TCP, group, 0, ranges[port]);
      }
    }
    write();
    for (Ends e : FAMILIES) {
      String address = e.v6() ? "2001:db8:80::80" : BALANCED;
      arrives(tcp(e.outside(), 40000, address, e.v6() ? 2 : 1).syn()).redirected();
      arrives(tcp(e.outside(), 40000, address, e.v6() ? 1 : 2).syn()).drops(177);
    }
  }

  @Test
  void withoutBackendsTheClientIsToldAtOnce() {
    for (Ends e : FAMILIES) {
      nodePort(e.any(), TCP_PORT, Packet.TCP, 5);
      nodePort(e.any(), UDP_PORT, UDP, 5);
    }
    write();
    for (Ends e : FAMILIES) {
      Outcome reset = arrives(tcp(e.outside(), 40000, e.node(), TCP_PORT).syn());
      assertEquals(List.of(158), reset.counted());
      assertEquals(7, reset.verdict());
      assertEquals(e.node() + " 30080 > " + e.outside() + " 40000", reset.frame().toString());
      assertEquals(RST | ACK, reset.frame().tcpFlags());
      assertEquals(RST, arrives(tcp(e.outside(), 40001, e.node(), TCP_PORT)).frame().tcpFlags());
      assertEquals(2, arrives(tcp(e.outside(), 40002, e.node(), TCP_PORT).flags(RST)).verdict());
      Frame error = arrives(udp(e.outside(), 40000, e.node(), UDP_PORT)).frame();
      assertEquals(
          "%s > %s about %s 40000 > %s 30053"
              .formatted(e.node(), e.outside(), e.outside(), e.node()),
          error.toString());
      assertEquals(e.v6() ? 0x104 : 0x303, error.icmp());
    }
  }

  @Test
  void fragmentsFollowTheirFirst() {
    world();
    for (Ends e : FAMILIES) {
      arrives(ip(e.outside(), e.node(), UDP, new byte[64]).fragment(7, 24, false)).leftAlone();
      lab.run(
              "slc_from_uplink",
              udp(e.outside(), 40000, e.node(), UDP_PORT).fragment(7, 0, true),
              Context.ARRIVED)
          .redirected();
      Outcome later =
          lab.run(
                  "slc_from_uplink",
                  ip(e.outside(), e.node(), UDP, new byte[64]).fragment(7, 24, false),
                  Context.ARRIVED)
              .redirected();
      assertEquals(e.outside() + " > " + e.pod(), later.frame().addresses());
      lab.fromPod(udp(e.pod(), 8080, e.outside(), 40000).fragment(8, 0, true)).redirected();
      later = lab.fromPod(ip(e.pod(), e.outside(), UDP, new byte[64]).fragment(8, 24, false));
      assertEquals(e.node() + " > " + e.outside(), later.redirected().frame().addresses());
    }
  }

  @Test
  void errorsAreAboutWhatTheirReaderSent() {
    world();
    for (Ends e : FAMILIES) {
      arrives(udp(e.outside(), 40000, e.node(), UDP_PORT)).redirected();
      answers(udp(e.pod(), 8080, e.outside(), 40000)).redirected();
      Packet reply = udp(e.node(), UDP_PORT, e.outside(), 40000).summed();
      Frame toPod = arrives(tooBig(e.router(), e.node(), reply)).redirected().frame();
      assertEquals(
          "%s > %s about %s 8080 > %s 40000".formatted(e.router(), e.pod(), e.pod(), e.outside()),
          toPod.toString());
      Packet asked = udp(e.outside(), 40000, e.pod(), 8080).summed();
      Frame toClient = answers(tooBig(e.pod(), e.outside(), asked)).redirected().frame();
      assertEquals(
          "%s > %s about %s 40000 > %s 30053"
              .formatted(e.node(), e.outside(), e.outside(), e.node()),
          toClient.toString());
      Frame on = arrives(udp(e.outside(), 40000, e.node(), UDP_PORT + 1)).frame();
      Frame toRemote =
          arrives(tooBig(e.router(), e.node(), udp(e.node(), UDP_PORT + 1, e.outside(), 40000)))
              .frame();
      assertEquals(
          "%s > %s about %s 8080 > %s %d"
              .formatted(e.node(), e.remote(), e.remote(), e.node(), on.sourcePort()),
          toRemote.toString());
      arrives(tooBig(e.router(), e.node(), udp(e.node(), 99, e.outside(), 40000))).leftAlone();
    }
  }

  /**
   * What the other node does with it cannot be run without a tunnel key: OutsideDirectTest does.
   */
  @Test
  void whatIsAnsweredDirectlyGoesOnAsItCame() {
    lab.dataplane
        .translation()
        .begin(1, true, new Translation.Ports(Lab.PORT, Lab.PORT + 99), List.of());
    world();
    for (Ends e : FAMILIES) {
      Packet syn = tcp(e.outside(), 40000, e.node(), TCP_PORT + 1).syn().summed();
      assertEquals(Frame.of(syn.bytes()), arrives(syn).is(7, List.of()).frame());
      Packet next = tcp(e.outside(), 40000, e.node(), TCP_PORT + 1).summed();
      assertEquals(Frame.of(next.bytes()), arrives(next).is(7, List.of()).frame());
      Packet error =
          tooBig(e.router(), e.node(), tcp(e.node(), TCP_PORT + 1, e.outside(), 40000)).summed();
      assertEquals(Frame.of(error.bytes()), arrives(error).is(7, List.of()).frame());
      Outcome here = arrives(tcp(e.outside(), 40000, e.node(), TCP_PORT).syn()).redirected();
      assertEquals(e.pod(), here.frame().destination());
    }
  }

  @Test
  void aClientThatBeginsAnewGetsABackendThatIsOne() {
    world();
    assertEquals(POD, arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT).syn()).frame().destination());
    answers(tcp(POD, 8080, OUTSIDE, 40000).flags(FIN | ACK));
    put(backend(1, REMOTE, 8080));
    gone(backend(1, POD, 8080));
    write();
    // What is under way stays where it is, as long as its backend serves.
    assertEquals(POD, arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT)).frame().destination());
    assertEquals(REMOTE, arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT).syn()).frame().destination());
  }

  /** Three Services of one backend: for the third that the client dials there is no port left. */
  @Test
  void whoBeginsAnewAndFindsNoPortKeepsWhatItHad() {
    lab.translate(1, NODE, NODE6);
    for (int group = 1; group <= 3; group++) {
      nodePort("0.0.0.0", TCP_PORT + group, Packet.TCP, group);
      put(backend(group, group == 3 ? POD : NEIGHBOUR, 8080));
      write();
      arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT + group).syn()).redirected();
    }
    put(backend(3, NEIGHBOUR, 8080));
    gone(backend(3, POD, 8080));
    write();
    arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT + 3).syn()).drops(167);
    assertEquals(
        POD, arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT + 3)).redirected().frame().destination());
    assertEquals(
        NODE + " 30083 > " + OUTSIDE + " 40000",
        answers(tcp(POD, 8080, OUTSIDE, 40000).flags(SYN | ACK)).redirected().frame().toString());
  }

  @Test
  void datagramsLeaveABackendThatIsGone() {
    world();
    assertEquals(POD, arrives(udp(OUTSIDE, 40000, NODE, UDP_PORT)).frame().destination());
    put(backend(1, REMOTE, 8080));
    gone(backend(1, POD, 8080));
    write();
    lab.dataplane.translation().forget(services.takeGone());
    assertEquals(REMOTE, arrives(udp(OUTSIDE, 40000, NODE, UDP_PORT)).frame().destination());
  }

  @Test
  void aClientWithAffinityKeepsItsBackendWhateverItsPort() {
    front(ServiceRow.Kind.NODE_PORT, "0.0.0.0", TCP_PORT, Packet.TCP, 1, 600);
    for (int i = 1; i <= 20; i++) {
      put(backend(1, "10.0.2." + i, 8080));
      lab.known("10.0.2." + i + "/32", Lab.REMOTE_ID, OTHER_NODE);
    }
    write();
    Set<String> seen = new HashSet<>();
    for (int port = 40000; port < 40020; port++) {
      seen.add(arrives(tcp(OUTSIDE, port, NODE, TCP_PORT).syn()).frame().destination());
    }
    assertEquals(1, seen.size(), seen.toString());
  }

  @Test
  void clientsAreSpreadOverAllBackends() {
    nodePort("0.0.0.0", TCP_PORT, Packet.TCP, 1);
    for (int i = 1; i <= 10; i++) {
      put(backend(1, "10.0.2." + i, 8080));
      lab.known("10.0.2." + i + "/32", Lab.REMOTE_ID, OTHER_NODE);
    }
    write();
    lab.translate(10_000, NODE);
    java.util.Map<String, Integer> seen = new java.util.TreeMap<>();
    for (int port = 20_000; port < 22_000; port++) {
      String to = arrives(tcp(OUTSIDE, port, NODE, TCP_PORT).syn()).frame().destination();
      seen.merge(to, 1, Integer::sum);
    }
    assertEquals(10, seen.size(), seen.toString());
    seen.values().forEach(has -> assertTrue(has > 120 && has < 280, seen.toString()));
  }

  @Test
  void twoServicesOfOneBackendDoNotTakeEachOthersReplies() {
    world();
    nodePort("0.0.0.0", TCP_PORT + 5, Packet.TCP, 1);
    write();
    arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT).syn()).redirected();
    Frame other = arrives(tcp(OUTSIDE, 40000, NODE, TCP_PORT + 5).syn()).redirected().frame();
    assertEquals(OUTSIDE, other.source());
    assertNotEquals(40000, other.sourcePort());
    assertEquals(
        NODE + " 30080 > " + OUTSIDE + " 40000",
        answers(tcp(POD, 8080, OUTSIDE, 40000).flags(SYN | ACK)).frame().toString());
    assertEquals(
        NODE + " 30085 > " + OUTSIDE + " 40000",
        answers(tcp(POD, 8080, OUTSIDE, other.sourcePort()).flags(SYN | ACK)).frame().toString());
  }

  /** Nothing would tell the backend's node who the client is, and it would take it for a node. */
  @Test
  void withoutATunnelClientsGetBackendsOfThisNodeAlone() {
    world();
    lab.route(0);
    for (Ends e : FAMILIES) {
      arrives(tcp(e.outside(), 40000, e.node(), TCP_PORT).syn()).redirected();
      arrives(tcp(e.outside(), 40000, e.node(), TCP_PORT + 1).syn()).drops(147);
      KernelEvent drop = lab.drops().getFirst();
      assertEquals(e.outside(), drop.source().toString());
      assertNotEquals(0, drop.service());
    }
  }

  /** Ports stay, and with them the checksum, which no address is in. */
  @Test
  void sctpIsTranslatedByAddress() {
    for (Ends e : FAMILIES) {
      nodePort(e.any(), 30132, Packet.SCTP, e.v6() ? 11 : 1);
      nodePort(e.any(), 30133, Packet.SCTP, e.v6() ? 12 : 2);
      put(backend(e.v6() ? 11 : 1, e.pod(), 30132));
      put(backend(e.v6() ? 12 : 2, e.remote(), 30133));
      write();
      Frame in = arrives(sctp(e.outside(), 40000, e.node(), 30132)).redirected().frame();
      assertEquals(e.outside() + " 40000 > " + e.pod() + " 30132", in.toString());
      Frame out = answers(sctp(e.pod(), 30132, e.outside(), 40000)).redirected().frame();
      assertEquals(e.node() + " 30132 > " + e.outside() + " 40000", out.toString());
      Frame on = arrives(sctp(e.outside(), 40000, e.node(), 30133)).is(7, List.of()).frame();
      assertEquals(e.node() + " 40000 > " + e.remote() + " 30133", on.toString());
      arrives(sctp(e.outside(), 40000, e.node(), 30134)).leftAlone();
    }
  }
}
