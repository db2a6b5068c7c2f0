package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR6;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR_ID;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Lab.REMOTE_ID;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.RST;
import static dev.sluice.node.kernel.Packet.SCTP;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.sctp;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.core.desired.ServiceRow.Kind;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.NodeServices;
import dev.sluice.node.kernel.Lab.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pods send to Services from sockets that no program on a cgroup saw. */
@RequiresKernel
class ServicesFromPodsTest extends ServicePacketTest {
  private static final String SELF = "169.254.42.1";
  private static final String SELF6 = "100::1";

  /** Groups 1 to 3: the neighbour, the remote pod, the pod itself; 4: nobody. IPv6: 10 more. */
  @BeforeEach
  void world() {
    lab.open(INGRESS).open(EGRESS);
    for (Ends e : FAMILIES) {
      int more = e.v6() ? 10 : 0;
      for (int protocol : new int[] {TCP, UDP, SCTP}) {
        for (int group = 1; group <= 4; group++) {
          int port = protocol == SCTP ? 8080 : 80;
          front(Kind.CLUSTER_IP, vip(e, group), port, protocol, group + more, 0);
        }
        nodePort(e.any(), protocol == SCTP ? 30132 : 30080, protocol, 2 + more);
      }
      put(backend(1 + more, neighbour(e), 8080));
      put(backend(2 + more, e.remote(), 8080));
      put(backend(3 + more, e.pod(), 8080));
    }
    write();
  }

  /** Cluster address of a group. */
  private static String vip(Ends e, int group) {
    return (e.v6() ? "fd00:10:96::8" : "10.96.0.8") + group;
  }

  private static String neighbour(Ends e) {
    return e.v6() ? NEIGHBOUR6 : NEIGHBOUR;
  }

  private static String self(Ends e) {
    return e.v6() ? SELF6 : SELF;
  }

  private static Outcome sends(Packet packet) {
    return lab.fromPod(packet.summed());
  }

  /** What the neighbour sends: there is one interface, which is its for the moment. */
  private static Outcome neighbourSends(Packet packet) {
    lab.pod(1, 99, POD_ID, POD, POD6, true);
    lab.pod(2, 1, NEIGHBOUR_ID, NEIGHBOUR, NEIGHBOUR6, true);
    Outcome outcome = lab.fromPod(packet.summed());
    lab.pod(1, 1, POD_ID, POD, POD6, true);
    lab.pod(2, 99, NEIGHBOUR_ID, NEIGHBOUR, NEIGHBOUR6, true);
    return outcome;
  }

  private static Outcome comes(Packet packet) {
    return lab.toPod(packet.summed());
  }

  private static int translations() {
    return lab.dataplane.translation().all().size();
  }

  @Test
  void aBackendHereAnswersAsTheService() {
    for (Ends e : FAMILIES) {
      String there = e.pod() + " 40000 > " + neighbour(e) + " 8080";
      String back = vip(e, 1) + " 80 > " + e.pod() + " 40000";
      Packet syn = tcp(e.pod(), 40000, vip(e, 1), 80).syn();
      assertEquals(there, sends(syn).redirected().frame().toString());
      Packet synAck = tcp(neighbour(e), 8080, e.pod(), 40000).flags(SYN | ACK);
      assertEquals(back, neighbourSends(synAck).redirected().frame().toString());
      Packet next = tcp(e.pod(), 40000, vip(e, 1), 80);
      assertEquals(there, sends(next).redirected().frame().toString());
      Packet datagram = udp(e.pod(), 40000, vip(e, 1), 80);
      assertEquals(there, sends(datagram).redirected().frame().toString());
      Packet answer = udp(neighbour(e), 8080, e.pod(), 40000);
      assertEquals(back, neighbourSends(answer).redirected().frame().toString());
    }
  }

  @Test
  void aBackendElsewhereAnswersAsTheService() {
    for (Ends e : FAMILIES) {
      String there = e.pod() + " 40000 > " + e.remote() + " 8080";
      String back = vip(e, 2) + " 80 > " + e.pod() + " 40000";
      Packet syn = tcp(e.pod(), 40000, vip(e, 2), 80).syn();
      assertEquals(there, sends(syn).redirected().frame().toString());
      Packet synAck = tcp(e.remote(), 8080, e.pod(), 40000).flags(SYN | ACK);
      assertEquals(back, comes(synAck).passes().frame().toString());
      Packet datagram = udp(e.pod(), 40000, vip(e, 2), 80);
      assertEquals(there, sends(datagram).redirected().frame().toString());
      assertEquals(back, comes(udp(e.remote(), 8080, e.pod(), 40000)).passes().frame().toString());
    }
  }

  /** Another socket has the port by now, and one that a program saw. */
  @Test
  void whoDialsTheBackendItselfHearsTheBackend() {
    for (Ends e : FAMILIES) {
      String fromService = vip(e, 2) + " 80 > " + e.pod() + " 40000";
      String fromBackend = e.remote() + " 8080 > " + e.pod() + " 40000";
      for (int i = 0; i < 2; i++) {
        sends(udp(e.pod(), 40000, vip(e, 2), 80)).redirected();
        Packet answer = udp(e.remote(), 8080, e.pod(), 40000);
        assertEquals(fromService, comes(answer).passes().frame().toString());
        sends(udp(e.pod(), 40000, e.remote(), 8080)).redirected();
        answer = udp(e.remote(), 8080, e.pod(), 40000);
        assertEquals(fromBackend, comes(answer).passes().frame().toString());
      }
    }
  }

  /** What it sees as its client is an address that stands for itself. */
  @Test
  void aPodIsItsOwnBackend() {
    for (Ends e : FAMILIES) {
      String there = self(e) + " 40000 > " + e.pod() + " 8080";
      String back = vip(e, 3) + " 80 > " + e.pod() + " 40000";
      Packet syn = tcp(e.pod(), 40000, vip(e, 3), 80).syn();
      assertEquals(there, sends(syn).redirected().frame().toString());
      Packet synAck = tcp(e.pod(), 8080, self(e), 40000).flags(SYN | ACK);
      assertEquals(back, sends(synAck).redirected().frame().toString());
      assertEquals(
          there, sends(udp(e.pod(), 40000, vip(e, 3), 80)).redirected().frame().toString());
      assertEquals(back, sends(udp(e.pod(), 8080, self(e), 40000)).redirected().frame().toString());
    }
  }

  @Test
  void aPodThatIsItsOwnBackendIsJudgedForBothEnds() {
    for (Ends e : FAMILIES) {
      lab.open(INGRESS).closed(EGRESS);
      sends(tcp(e.pod(), 41000, vip(e, 3), 80).syn()).drops(133);
      lab.rule(POD_ID, EGRESS, POD_ID, TCP, 8080, 16, true, 1).bump();
      sends(tcp(e.pod(), 41000, vip(e, 3), 80).syn()).redirected();
      lab.closed(INGRESS).bump();
      sends(tcp(e.pod(), 41001, vip(e, 3), 80).syn()).drops(133);
      sends(tcp(e.pod(), 41000, vip(e, 3), 80)).drops(133);
      lab.rule(POD_ID, EGRESS, POD_ID, TCP, 8080, 16, false, 1);
    }
  }

  @Test
  void policyIsAboutTheBackendAndItsPort() {
    lab.closed(EGRESS);
    for (Ends e : FAMILIES) {
      lab.told();
      lab.rule(POD_ID, EGRESS, REMOTE_ID, TCP, 8080, 16, true, 1).bump();
      sends(tcp(e.pod(), 40000, vip(e, 2), 80).syn()).redirected();
      int held = translations();
      sends(tcp(e.pod(), 40001, vip(e, 1), 80).syn()).drops(133);
      sends(udp(e.pod(), 40001, vip(e, 2), 80)).drops(133);
      assertEquals(held, translations(), "what is refused leaves nothing behind");
      KernelEvent drop = lab.drops().getFirst();
      assertEquals(neighbour(e), drop.destination().toString());
      assertEquals(8080, drop.destinationPort());
      assertNotEquals(0, drop.service());
      lab.rule(POD_ID, EGRESS, REMOTE_ID, TCP, 8080, 16, false, 1).bump();
      sends(tcp(e.pod(), 40000, vip(e, 2), 80)).drops(133);
    }
  }

  @Test
  void flowsNameTheService() {
    for (Ends e : FAMILIES) {
      lab.told();
      sends(tcp(e.pod(), 40000, vip(e, 2), 80).syn()).redirected();
      KernelEvent start = lab.told().getFirst();
      assertEquals(KernelEvent.Type.CONNECTION_START, start.type());
      assertEquals(e.remote(), start.destination().toString());
      assertNotEquals(0, start.service());
    }
  }

  @Test
  void nodePortsAndOuterAddressesAreDialledFromPodsToo() {
    for (Ends e : FAMILIES) {
      for (String node : List.of(e.node(), e.otherNode())) {
        String outer = e.v6() ? "2001:db8:9::9" : "203.0.113.9";
        front(Kind.EXTERNAL_IP, outer, 81, TCP, e.v6() ? 12 : 2, 0);
        write();
        String there = e.pod() + " 40000 > " + e.remote() + " 8080";
        Packet syn = tcp(e.pod(), 40000, node, 30080).syn();
        assertEquals(there, sends(syn).redirected().frame().toString());
        Packet synAck = tcp(e.remote(), 8080, e.pod(), 40000).flags(SYN | ACK);
        assertEquals(
            node + " 30080 > " + e.pod() + " 40000", comes(synAck).passes().frame().toString());
        syn = tcp(e.pod(), 40001, outer, 81).syn();
        assertEquals(e.remote(), sends(syn).redirected().frame().destination());
        lab.dataplane.map("slc_nat").keys().forEach(lab.dataplane.map("slc_nat")::delete);
      }
    }
  }

  @Test
  void whatIsNoServiceGoesOnAsItCame() {
    for (Ends e : FAMILIES) {
      for (Packet packet :
          List.of(
              tcp(e.pod(), 40000, vip(e, 2), 81).syn().summed(),
              tcp(e.pod(), 40000, e.node(), 30081).syn().summed(),
              tcp(e.pod(), 40000, e.outside(), 30080).syn().summed(),
              tcp(e.pod(), 40000, e.outside(), 80).syn().summed())) {
        assertEquals(Frame.of(packet.bytes()), lab.fromPod(packet).passes().frame());
      }
      Packet echo = Packet.echo(e.pod(), vip(e, 2), 7).summed();
      assertEquals(Frame.of(echo.bytes()), lab.fromPod(echo).passes().frame());
    }
    assertEquals(0, translations());
  }

  @Test
  void anAddressIsAServicesUntilItsLastPortGoes() {
    front(Kind.CLUSTER_IP, "10.96.0.82", 443, TCP, 2, 0);
    write();
    assertEquals(REMOTE, sends(tcp(POD, 40000, "10.96.0.82", 443).syn()).frame().destination());
    services = new NodeServices("n1", 16_381, false);
    front(Kind.CLUSTER_IP, "10.96.0.82", 443, TCP, 2, 0);
    put(backend(2, REMOTE, 8080));
    write();
    assertEquals(REMOTE, sends(tcp(POD, 40001, "10.96.0.82", 443).syn()).frame().destination());
    services = new NodeServices("n1", 16_381, false);
    write();
    sends(tcp(POD, 40002, "10.96.0.82", 443).syn()).passes();
    assertEquals(
        Set.of(POD, POD6, NEIGHBOUR, NEIGHBOUR6),
        new HashSet<>(
            lab.dataplane.map("slc_local").keys().stream()
                .map(key -> IpAddress.ofMapped(key).toString())
                .toList()));
  }

  @Test
  void withoutBackendsThePodIsToldAtOnce() {
    for (Ends e : FAMILIES) {
      Outcome reset = sends(tcp(e.pod(), 40000, vip(e, 4), 80).syn()).is(7, List.of(158));
      assertEquals(vip(e, 4) + " 80 > " + e.pod() + " 40000", reset.frame().toString());
      assertEquals(RST | ACK, reset.frame().tcpFlags());
      Frame error = sends(udp(e.pod(), 40000, vip(e, 4), 80)).is(7, List.of(158)).frame();
      assertEquals(
          "%s > %s about %s 40000 > %s 80".formatted(vip(e, 4), e.pod(), e.pod(), vip(e, 4)),
          error.toString());
      assertEquals(e.v6() ? 0x104 : 0x303, error.icmp());
      KernelEvent drop = lab.drops().getFirst();
      assertEquals(1, drop.endpoint());
      assertEquals(vip(e, 4), drop.destination().toString());
      assertNotEquals(0, drop.service());
    }
    assertEquals(0, translations());
  }

  @Test
  void aPodThatIsNotReadyDialsNobody() {
    lab.pod(1, 1, POD_ID, POD, POD6, false);
    for (Ends e : FAMILIES) {
      sends(tcp(e.pod(), 40000, vip(e, 2), 80).syn()).drops(203);
      sends(tcp(e.pod(), 40000, vip(e, 4), 80).syn()).drops(203);
    }
  }

  @Test
  void fragmentsFollowTheirFirst() {
    for (Ends e : FAMILIES) {
      for (String to : List.of(vip(e, 2), e.otherNode())) {
        int port = to.equals(e.otherNode()) ? 30080 : 80;
        int id = port + 7;
        lab.fromPod(ip(e.pod(), to, UDP, new byte[64]).fragment(id, 24, false)).drops(175);
        lab.fromPod(udp(e.pod(), port, to, port).fragment(id, 0, true)).redirected();
        Packet later = ip(e.pod(), to, UDP, new byte[64]).fragment(id, 24, false);
        assertEquals(
            e.pod() + " > " + e.remote(), lab.fromPod(later).redirected().frame().addresses());
        lab.toPod(udp(e.remote(), 8080, e.pod(), port).fragment(id + 1, 0, true)).passes();
        later = ip(e.remote(), e.pod(), UDP, new byte[64]).fragment(id + 1, 24, false);
        assertEquals(to + " > " + e.pod(), lab.toPod(later).passes().frame().addresses());
      }
    }
  }

  @Test
  void errorsAreAboutWhatTheirReaderSent() {
    for (Ends e : FAMILIES) {
      sends(udp(e.pod(), 40000, vip(e, 2), 80)).redirected();
      comes(udp(e.remote(), 8080, e.pod(), 40000)).passes();
      Packet sent = udp(e.pod(), 40000, e.remote(), 8080).summed();
      assertEquals(
          "%s > %s about %s 40000 > %s 80".formatted(vip(e, 2), e.pod(), e.pod(), vip(e, 2)),
          comes(tooBig(e.remote(), e.pod(), sent)).passes().frame().toString());
      Packet seen = udp(vip(e, 2), 80, e.pod(), 40000).summed();
      assertEquals(
          "%s > %s about %s 8080 > %s 40000".formatted(e.pod(), e.remote(), e.remote(), e.pod()),
          sends(tooBig(e.pod(), vip(e, 2), seen)).redirected().frame().toString());
      sends(tooBig(e.pod(), vip(e, 2), udp(vip(e, 2), 80, e.pod(), 40001).summed())).drops(163);
      sends(udp(e.pod(), 40000, vip(e, 3), 80)).redirected();
      seen = udp(self(e), 40000, e.pod(), 8080).summed();
      assertEquals(
          "%s > %s about %s 40000 > %s 80".formatted(vip(e, 3), e.pod(), e.pod(), vip(e, 3)),
          sends(tooBig(e.pod(), self(e), seen)).redirected().frame().toString());
    }
  }

  @Test
  void aClientThatBeginsAnewGetsABackendThatIsOne() {
    assertEquals(REMOTE, sends(tcp(POD, 40000, "10.96.0.82", 80).syn()).frame().destination());
    comes(tcp(REMOTE, 8080, POD, 40000).flags(SYN | ACK)).passes();
    put(backend(2, NEIGHBOUR, 8080));
    gone(backend(2, REMOTE, 8080));
    write();
    assertEquals(REMOTE, sends(tcp(POD, 40000, "10.96.0.82", 80)).frame().destination());
    assertEquals(NEIGHBOUR, sends(tcp(POD, 40000, "10.96.0.82", 80).syn()).frame().destination());
    assertEquals(2, translations(), "the former pair is gone");
  }

  @Test
  void datagramsLeaveABackendThatIsGone() {
    assertEquals(REMOTE, sends(udp(POD, 40000, "10.96.0.82", 80)).frame().destination());
    put(backend(2, NEIGHBOUR, 8080));
    gone(backend(2, REMOTE, 8080));
    write();
    lab.dataplane.translation().forget(services.takeGone());
    assertEquals(NEIGHBOUR, sends(udp(POD, 40000, "10.96.0.82", 80)).frame().destination());
  }

  @Test
  void clientsAreSpreadOverAllBackendsUnlessTheyStay() {
    front(Kind.CLUSTER_IP, "10.96.1.1", 80, TCP, 5, 0);
    front(Kind.CLUSTER_IP, "10.96.1.2", 80, TCP, 6, 600);
    for (int i = 1; i <= 10; i++) {
      lab.known("10.0.2." + i + "/32", REMOTE_ID, Lab.OTHER_NODE);
      put(backend(5, "10.0.2." + i, 8080));
      put(backend(6, "10.0.2." + i, 8080));
    }
    write();
    TreeMap<String, Integer> seen = new TreeMap<>();
    Set<String> stayed = new HashSet<>();
    for (int port = 20_000; port < 21_000; port++) {
      Frame frame = sends(tcp(POD, port, "10.96.1.1", 80).syn()).frame();
      seen.merge(frame.destination(), 1, Integer::sum);
      stayed.add(sends(tcp(POD, port + 5_000, "10.96.1.2", 80).syn()).frame().destination());
    }
    assertEquals(10, seen.size(), seen.toString());
    assertEquals(1, stayed.size(), stayed.toString());
  }

  /** One UDP socket that asks two Services of one backend: answers are told apart by the port. */
  @Test
  void twoServicesOfOneBackendDoNotTakeEachOthersReplies() {
    for (Ends e : FAMILIES) {
      front(Kind.CLUSTER_IP, vip(e, 9), 80, UDP, e.v6() ? 12 : 2, 0);
      write();
      sends(udp(e.pod(), 40000, vip(e, 2), 80)).redirected();
      Frame other = sends(udp(e.pod(), 40000, vip(e, 9), 80)).redirected().frame();
      assertEquals(e.pod(), other.source());
      assertNotEquals(40000, other.sourcePort());
      Packet answer = udp(e.remote(), 8080, e.pod(), 40000);
      assertEquals(vip(e, 2) + " 80 > " + e.pod() + " 40000", comes(answer).frame().toString());
      answer = udp(e.remote(), 8080, e.pod(), other.sourcePort());
      assertEquals(
          vip(e, 9) + " 80 > " + e.pod() + " 40000", comes(answer).passes().frame().toString());
    }
  }

  /** No socket of this kernel speaks SCTP; its packets are translated all the same. */
  @Test
  void sctpKeepsItsPortsAndWithThemItsChecksum() {
    for (Ends e : FAMILIES) {
      Frame there = sends(sctp(e.pod(), 40000, vip(e, 2), 8080)).redirected().frame();
      assertEquals(e.pod() + " 40000 > " + e.remote() + " 8080", there.toString());
      Frame back = comes(sctp(e.remote(), 8080, e.pod(), 40000)).passes().frame();
      assertEquals(vip(e, 2) + " 8080 > " + e.pod() + " 40000", back.toString());
    }
  }
}
