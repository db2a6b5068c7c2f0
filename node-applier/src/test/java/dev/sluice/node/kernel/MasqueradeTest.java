package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OTHER_NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Packet.UDP;
import static dev.sluice.node.kernel.Packet.echo;
import static dev.sluice.node.kernel.Packet.echoReply;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.tooBig;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.net.Prefix;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.kernel.Lab.Outcome;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pods send beyond the cluster leaves under the node's address, and answers find back. */
@RequiresKernel
class MasqueradeTest extends PacketTest {
  private static final String NODE6 = "fd00:31::1";
  private static final String ROUTER = "192.0.2.1";
  private static final String ROUTER6 = "2001:db8:f::1";

  private record Ends(String outside, String node, String pod, String router) {}

  private static final List<Ends> FAMILIES =
      List.of(new Ends(OUTSIDE, NODE, POD, ROUTER), new Ends(OUTSIDE6, NODE6, POD6, ROUTER6));

  @BeforeEach
  void policies() {
    lab.open(INGRESS).open(EGRESS);
    lab.translate(100, NODE, NODE6);
    lab.known(NODE6 + "/128", 1, null);
  }

  private static Frame leaves(Packet packet) {
    return lab.run("slc_to_uplink", packet.summed(), Context.ARRIVED).leftAlone().frame();
  }

  private static Frame arrives(Packet packet) {
    return lab.run("slc_from_uplink", packet.summed(), Context.ARRIVED).leftAlone().frame();
  }

  @Test
  void aPodLeavesUnderTheNodesAddressAndItsAnswersFindBack() {
    for (Ends e : FAMILIES) {
      Frame out = leaves(tcp(e.pod, 40000, e.outside, 443).syn());
      int port = out.sourcePort();
      assertTrue(port >= Lab.PORT && port < Lab.PORT + 100, out.toString());
      assertEquals(e.node + " " + port + " > " + e.outside + " 443", out.toString());
      assertEquals(out.toString(), leaves(tcp(e.pod, 40000, e.outside, 443)).toString());
      assertEquals(
          e.outside + " 443 > " + e.pod + " 40000",
          arrives(tcp(e.outside, 443, e.node, port)).toString());
      out = leaves(udp(e.pod, 40000, e.outside, 53));
      assertEquals(
          e.outside + " 53 > " + e.pod + " 40000",
          arrives(udp(e.outside, 53, e.node, out.sourcePort())).toString());
      out = leaves(echo(e.pod, e.outside, 5));
      assertEquals(e.node + " > " + e.outside + " echo " + out.identifier(), out.toString());
      assertEquals(
          e.outside + " > " + e.pod + " echo 5",
          arrives(echoReply(e.outside, e.node, out.identifier())).toString());
      // Nobody else answers through it.
      assertEquals(e.node, arrives(tcp(e.router, 443, e.node, port)).destination());
      assertEquals(e.node, arrives(tcp(e.outside, 444, e.node, port)).destination());
    }
  }

  @Test
  void twoPodsWithOnePortAreTwo() {
    Frame one = leaves(tcp(POD, 40000, OUTSIDE, 443).syn());
    Frame other = leaves(tcp(Lab.NEIGHBOUR, 40000, OUTSIDE, 443).syn());
    assertNotEquals(one.sourcePort(), other.sourcePort());
    assertEquals(Lab.NEIGHBOUR, arrives(tcp(OUTSIDE, 443, NODE, other.sourcePort())).destination());
  }

  @Test
  void withinTheClusterPodsKeepTheirAddresses() {
    assertEquals(POD, leaves(tcp(POD, 40000, OTHER_NODE, 443).syn()).source());
    assertEquals(POD, leaves(tcp(POD, 40000, Lab.REMOTE, 443).syn()).source());
    assertEquals(POD, leaves(udp(POD, 40000, "224.0.0.1", 53)).source());
    assertEquals(
        NODE,
        lab.run("slc_to_uplink", tcp(NODE, 40000, OUTSIDE, 443).summed(), Context.LOCAL)
            .leftAlone()
            .frame()
            .source());
  }

  @Test
  void exceptionsAreReachedUnderThePodsOwnAddress() {
    lab.dataplane
        .translation()
        .begin(
            1,
            false,
            new Translation.Ports(50_000, 50_009),
            List.of(Prefix.parse(OUTSIDE + "/24")));
    assertEquals(POD, leaves(tcp(POD, 40000, OUTSIDE, 443).syn()).source());
    assertEquals(NODE, leaves(tcp(POD, 40000, "203.0.113.9", 443).syn()).source());
  }

  @Test
  void exceptionsOfOneFamilyAreNoneOfTheOther() {
    Translation translation = lab.dataplane.translation();
    Translation.Ports ports = new Translation.Ports(50_000, 50_009);
    for (String all : List.of("::/0", "0.0.0.0/0")) {
      boolean v6 = all.equals("::/0");
      translation.begin(1, false, ports, List.of(Prefix.parse(all)));
      int port = v6 ? 40_000 : 40_001;
      assertEquals(v6 ? NODE : POD, leaves(tcp(POD, port, OUTSIDE, 443).syn()).source());
      assertEquals(v6 ? POD6 : NODE6, leaves(tcp(POD6, port, OUTSIDE6, 443).syn()).source());
    }
  }

  @Test
  void whoWasCalledFromOutsideAnswersUnderItsOwnAddress() {
    lab.toPod(tcp(OUTSIDE, 443, POD, 8080).syn()).passes();
    lab.fromPod(tcp(POD, 8080, OUTSIDE, 443)).passes();
    assertEquals(POD, leaves(tcp(POD, 8080, OUTSIDE, 443)).source());
    lab.toPod(echo(OUTSIDE, POD, 7)).passes();
    assertEquals(POD, leaves(echoReply(POD, OUTSIDE, 7)).source());
  }

  @Test
  void errorsAreAboutWhatThePodSent() {
    for (Ends e : FAMILIES) {
      Frame out = leaves(udp(e.pod, 40000, e.outside, 53));
      Packet sent = udp(e.node, out.sourcePort(), e.outside, 53).summed();
      assertEquals(
          "%s > %s about %s 40000 > %s 53".formatted(e.router, e.pod, e.pod, e.outside),
          arrives(tooBig(e.router, e.node, sent)).toString());
      Packet got = udp(e.outside, 53, e.pod, 40000).summed();
      assertEquals(
          "%s > %s about %s 53 > %s %d"
              .formatted(e.node, e.outside, e.outside, e.node, out.sourcePort()),
          leaves(tooBig(e.pod, e.outside, got)).toString());
      Frame echo = leaves(echo(e.pod, e.outside, 5));
      Packet asked = echo(e.node, e.outside, echo.identifier()).summed();
      assertEquals(
          "%s > %s about %s > %s echo 5".formatted(e.router, e.pod, e.pod, e.outside),
          arrives(tooBig(e.router, e.node, asked)).toString());
    }
  }

  @Test
  void fragmentsFollowTheirFirst() {
    for (Ends e : FAMILIES) {
      lab.run(
              "slc_to_uplink",
              ip(e.pod, e.outside, UDP, new byte[64]).fragment(7, 24, false),
              Context.ARRIVED)
          .drops(175);
      lab.run(
              "slc_to_uplink",
              udp(e.pod, 40000, e.outside, 53).fragment(7, 0, true),
              Context.ARRIVED)
          .leftAlone();
      Outcome later =
          lab.run(
              "slc_to_uplink",
              ip(e.pod, e.outside, UDP, new byte[64]).fragment(7, 24, false),
              Context.ARRIVED);
      assertEquals(e.node + " > " + e.outside, later.leftAlone().frame().addresses());
    }
  }

  @Test
  void portsOfTheNodesOwnSocketsAreNotTaken() throws IOException {
    lab.translate(2, "127.0.0.1");
    lab.known("127.0.0.1/32", 1, null);
    try (DatagramSocket own = new DatagramSocket(Lab.PORT, InetAddress.getByName("127.0.0.1"))) {
      for (int port = 40000; port < 40008; port++) {
        Frame out = leaves(udp(POD, port, "198.51.100." + (port - 39990), 53));
        assertEquals(Lab.PORT + 1, out.sourcePort());
      }
    }
  }

  @Test
  void noPortLeftIsAReasonOfItsOwn() {
    lab.translate(2, NODE);
    Set<Integer> verdicts = new HashSet<>();
    for (int port = 40000; port < 40003; port++) {
      verdicts.add(
          lab.run("slc_to_uplink", udp(POD, port, OUTSIDE, 53).summed(), Context.ARRIVED)
              .verdict());
    }
    assertEquals(Set.of(-1, 2), verdicts);
    assertEquals(167, lab.drops().getFirst().reason());
  }

  @Test
  void withoutAnAddressOfTheFamilyNothingIsHidden() {
    lab.translate(10, NODE);
    assertEquals(POD6, leaves(tcp(POD6, 40000, OUTSIDE6, 443).syn()).source());
  }
}
