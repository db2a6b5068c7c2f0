package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.node.bpf.Netns;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.kernel.Lab.Outcome;
import dev.sluice.node.link.IpBatch;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a client outside sends to a backend behind the tunnel, and does not fit it. The tunnel here
 * is the loopback of a namespace, for its MTU.
 */
@RequiresKernel
class TooBigTest extends ServicePacketTest {
  private static final String NAMESPACE = "slctbig" + ProcessHandle.current().pid();
  private static final Path NETNS = Path.of("/run/netns", NAMESPACE);
  private static final int MTU = 1400;
  private static final int PORT = 30080;

  @BeforeAll
  static void namespace() throws Exception {
    assertEquals(0, new ProcessBuilder("ip", "netns", "add", NAMESPACE).start().waitFor());
    new IpBatch(NETNS.toString()).run(List.of("link set lo mtu " + MTU, "link set lo up"));
  }

  @AfterAll
  static void noNamespace() throws Exception {
    new ProcessBuilder("ip", "netns", "del", NAMESPACE).start().waitFor();
  }

  @BeforeEach
  void world() {
    lab.open(INGRESS);
    lab.route(1);
    for (Ends e : FAMILIES) {
      int group = e.v6() ? 2 : 1;
      nodePort(e.any(), PORT, TCP, group);
      nodePort(e.any(), PORT, UDP, group);
      nodePort(e.any(), PORT + 1, UDP, group + 2);
      put(backend(group, e.remote(), 8080));
      put(backend(group + 2, e.pod(), 8080));
    }
    write();
  }

  private static Outcome arrives(Packet packet) {
    return Netns.in(NETNS, () -> lab.run("slc_from_uplink", packet, Context.ARRIVED));
  }

  private static int header(Ends e) {
    return e.v6() ? 40 : 20;
  }

  private static void assertTold(Ends e, Outcome outcome) {
    assertAnswered(e, outcome);
    assertEquals(1, lab.drops().size());
  }

  private static void assertAnswered(Ends e, Outcome outcome) {
    assertEquals(List.of(136), outcome.counted());
    assertEquals(7, outcome.verdict());
    Frame error = outcome.frame();
    assertEquals(
        "%s > %s about %s 40000 > %s 30080".formatted(e.node(), e.outside(), e.outside(), e.node()),
        error.toString());
    assertEquals(e.v6() ? 0x200 : 0x304, error.icmp());
    assertEquals(MTU, error.mtu());
  }

  @Test
  void itsSenderHearsWhatFits() {
    for (Ends e : FAMILIES) {
      int fits = MTU - header(e);
      Packet datagram = udp(e.outside(), 40000, e.node(), PORT).uncut();
      arrives(datagram.body(fits)).is(7, List.of());
      assertTold(e, arrives(datagram.body(fits + 1)));
      Packet segment = tcp(e.outside(), 40000, e.node(), PORT).uncut();
      arrives(segment.body(fits)).is(7, List.of());
      assertTold(e, arrives(segment.body(fits + 1)));
    }
  }

  /** They are quoted with the header that they are part of (RFC 792). */
  @Test
  void optionsOfIpv4AreNoReasonToBeSilent() {
    Ends e = FAMILIES.getFirst();
    for (int options = 4; options <= 40; options += 12) {
      int fits = MTU - header(e) - options;
      Packet datagram = udp(e.outside(), 40000, e.node(), PORT).uncut().options(options);
      arrives(datagram.body(fits)).is(7, List.of());
      assertAnswered(e, arrives(datagram.body(fits + 1)));
      Packet segment = tcp(e.outside(), 40000, e.node(), PORT).uncut().options(options);
      assertAnswered(e, arrives(segment.body(fits + 1)));
    }
  }

  @Test
  void whatIsAnsweredDirectlyMustFitAsWell() {
    lab.dataplane
        .translation()
        .begin(1, true, new Translation.Ports(Lab.PORT, Lab.PORT + 99), List.of());
    for (Ends e : FAMILIES) {
      Packet datagram = udp(e.outside(), 40000, e.node(), PORT).uncut();
      assertTold(e, arrives(datagram.body(MTU)));
    }
  }

  /** Of IPv6 only who sends may cut, whatever it has cut already. */
  @Test
  void aFragmentOfIpv6IsTooBigAsAWholePacketIs() {
    Ends e = FAMILIES.getLast();
    Packet first = udp(e.outside(), 40000, e.node(), PORT).body(MTU).fragment(7, 0, true);
    Outcome told = arrives(first);
    assertEquals(List.of(136), told.counted());
    assertEquals(0x200, told.frame().icmp());
    Packet later = ip(e.outside(), e.node(), UDP, new byte[MTU]).fragment(7, 1400, true);
    assertEquals(0x200, arrives(later).frame().icmp());
  }

  @Test
  void whatMayBeCutGoesOn() {
    Ends e = FAMILIES.getFirst();
    arrives(udp(e.outside(), 40000, e.node(), PORT).body(MTU)).is(7, List.of());
  }

  @Test
  void aBackendHereNeedsNoTunnel() {
    for (Ends e : FAMILIES) {
      arrives(udp(e.outside(), 40000, e.node(), PORT + 1).uncut().body(MTU)).redirected();
    }
  }
}
