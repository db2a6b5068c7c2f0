package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.HOST_MAC;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR6;
import static dev.sluice.node.kernel.Lab.NEIGHBOUR_ID;
import static dev.sluice.node.kernel.Lab.OTHER_MAC;
import static dev.sluice.node.kernel.Lab.OTHER_NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Lab.POD_MAC;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.arp;
import static dev.sluice.node.kernel.Packet.echo;
import static dev.sluice.node.kernel.Packet.icmp;
import static dev.sluice.node.kernel.Packet.ip;
import static dev.sluice.node.kernel.Packet.neighbour;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.IpAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a pod may send at all, and where it goes; its egress is open. */
@RequiresKernel
class FromPodTest extends PacketTest {
  @BeforeEach
  void policies() {
    lab.open(EGRESS);
  }

  @Test
  void onlyItsOwnAddressesPass() {
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).syn()).passes();
    lab.fromPod(udp(POD, 1, OUTSIDE, 53)).passes();
    lab.fromPod(ip(POD, OUTSIDE, 132, new byte[12])).passes();
    lab.fromPod(tcp(NEIGHBOUR, 1, OUTSIDE, 80).syn()).drops(132);
    lab.fromPod(tcp(NEIGHBOUR6, 1, OUTSIDE6, 80).syn()).drops(132);
    lab.fromPod(udp("0.0.0.0", 68, "255.255.255.255", 67)).drops(132);
    lab.fromPod(udp("::", 1, OUTSIDE6, 53)).drops(132);
    lab.fromPod(udp("fe80::2", 1, OUTSIDE6, 53)).drops(132);
    lab.fromPod(udp("fe80::2", 5353, "ff02::fb", 5353)).drops(132);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn().mac(OTHER_MAC, HOST_MAC)).drops(130);
  }

  @Test
  void ordinaryNoiseIsCountedButNotTold() {
    lab.fromPod(udp("fe80::2", 5353, "ff02::fb", 5353)).drops(132);
    lab.fromPod(icmp(POD6, "ff02::16", 143, 0, 0)).drops(176);
    lab.fromPod(icmp("fe80::2", "ff02::2", 133, 0, 0).hops(255)).drops(176);
    assertEquals(List.of(), lab.drops());
    lab.fromPod(udp(NEIGHBOUR, 5353, OUTSIDE, 53)).drops(132);
    assertEquals(1, lab.drops().size());
  }

  @Test
  void framesThatAreNotPlainIpAreRefused() {
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn().vlan(5)).drops(182);
    lab.fromPod(Packet.ether(0x88a8)).drops(182);
    lab.fromPod(Packet.ether(0x88cc)).drops(166);
    lab.fromPod(ip(POD, OUTSIDE, 47, new byte[20])).drops(137);
    lab.fromPod(ip(POD6, OUTSIDE6, 59, new byte[20])).drops(137);
    lab.fromPod(ip(POD, OUTSIDE, 58, new byte[20])).drops(137);
    lab.fromPod(ip(POD6, OUTSIDE6, 1, new byte[20])).drops(137);
  }

  @Test
  void headersThatPromiseMoreThanThereIsAreRefused() {
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn().body(19)).drops(135);
    lab.fromPod(udp(POD, 1, OUTSIDE, 53).body(7)).drops(135);
    lab.fromPod(echo(POD, OUTSIDE, 1).body(4)).drops(135);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).syn().body(19)).drops(135);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).syn().body(0)).drops(135);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn().cut(40)).drops(134);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).syn().cut(60)).drops(134);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn().claims(19)).drops(134);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn().claims(1000)).drops(134);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).syn().claims(1000)).drops(134);
  }

  @Test
  void flagsThatNoTcpSendsAreRefused() {
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).flags(0)).drops(134);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).flags(Packet.SYN | Packet.FIN)).drops(134);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).flags(Packet.SYN | Packet.RST)).drops(134);
  }

  @Test
  void extensionHeadersAreFollowed() {
    lab.closed(EGRESS).rule(POD_ID, EGRESS, 0, Packet.TCP, 80, 16, true, 1);
    lab.fromPod(tcp(POD6, 1, OUTSIDE6, 80).syn().extension(60)).passes();
    lab.fromPod(tcp(POD6, 2, OUTSIDE6, 80).syn().extension(60).extension(0)).passes();
    lab.fromPod(tcp(POD6, 2, OUTSIDE6, 81).syn().extension(60).extension(0)).drops(133);
    lab.fromPod(tcp(POD6, 3, OUTSIDE6, 80).syn().extension(43, 0, 1)).drops(156);
    lab.fromPod(tcp(POD6, 3, OUTSIDE6, 80).syn().extension(43, 4, 1))
        .drops(156); // goes on to others
    lab.fromPod(tcp(POD6, 3, OUTSIDE6, 80).syn().extension(43, 4, 0)).passes();
    Packet many = tcp(POD6, 4, OUTSIDE6, 80).syn();
    for (int i = 0; i < 8; i++) {
      many.extension(60);
    }
    lab.fromPod(many).drops(156);
    lab.fromPod(ip(POD6, OUTSIDE6, 60, (byte) 6, (byte) 0)).drops(135);
  }

  @Test
  void arpIsAnsweredForEveryoneElse() {
    byte[] answer = lab.fromPod(arp(1, POD_MAC, POD, NEIGHBOUR)).answered().packet();
    byte[] wanted = arp(2, HOST_MAC, NEIGHBOUR, POD).mac(HOST_MAC, POD_MAC).bytes();
    System.arraycopy(POD_MAC.bytes(), 0, wanted, 32, 6);
    assertArrayEquals(wanted, answer);
    lab.fromPod(arp(1, POD_MAC, POD, POD)).drops(166);
    lab.fromPod(arp(1, POD_MAC, "0.0.0.0", POD)).drops(166);
    lab.fromPod(arp(2, POD_MAC, POD, "10.0.1.1")).untouched();
    lab.fromPod(arp(2, POD_MAC, NEIGHBOUR, "10.0.1.1")).drops(132);
    lab.fromPod(arp(1, POD_MAC, NEIGHBOUR, "10.0.1.1")).drops(132);
    lab.fromPod(arp(1, OTHER_MAC, POD, NEIGHBOUR)).drops(130);
    lab.fromPod(arp(3, POD_MAC, POD, NEIGHBOUR)).drops(134);
    lab.fromPod(arp(1, POD_MAC, POD, NEIGHBOUR).cut(41)).drops(135);
  }

  @Test
  void neighbourDiscoveryIsAnsweredForEveryoneElse() {
    String group = "ff02::1:ff00:11";
    Packet asks = neighbour(135, POD6, group, NEIGHBOUR6, POD_MAC);
    for (Packet asking : List.of(asks, icmpWithoutOption(group))) {
      byte[] answer = lab.fromPod(asking).answered().packet();
      assertEquals(86, answer.length);
      assertArrayEquals(POD_MAC.bytes(), Arrays.copyOf(answer, 6));
      assertArrayEquals(HOST_MAC.bytes(), Arrays.copyOfRange(answer, 80, 86));
      assertEquals((byte) 136, answer[54]);
      assertArrayEquals(IpAddress.parse(NEIGHBOUR6).mapped(), Arrays.copyOfRange(answer, 22, 38));
      assertArrayEquals(IpAddress.parse(NEIGHBOUR6).mapped(), Arrays.copyOfRange(answer, 62, 78));
      int pseudo = Packet.sum(answer, 22, 32) + 32 + Packet.ICMP6;
      int sum = pseudo + Packet.sum(answer, 54, 32);
      assertEquals(0xffff, (sum & 0xffff) + (sum >>> 16), "checksum");
    }
    lab.fromPod(asks.hops(64)).drops(134);
    lab.fromPod(neighbour(135, NEIGHBOUR6, group, OUTSIDE6, POD_MAC)).drops(132);
  }

  private static Packet icmpWithoutOption(String group) {
    return neighbour(135, POD6, group, NEIGHBOUR6, POD_MAC).body(24);
  }

  @Test
  void whatAPodSaysOfItselfMustBeTrue() {
    lab.fromPod(neighbour(135, "::", "ff02::1:ff00:10", POD6, POD_MAC)).drops(176);
    lab.fromPod(neighbour(135, POD6, "ff02::1:ff00:10", POD6, POD_MAC)).drops(176);
    lab.fromPod(neighbour(136, POD6, "ff02::1", POD6, POD_MAC)).untouched();
    lab.fromPod(neighbour(136, POD6, "ff02::1", NEIGHBOUR6, POD_MAC)).drops(132);
    lab.fromPod(neighbour(136, POD6, "ff02::1", POD6, OTHER_MAC)).drops(130);
    lab.fromPod(neighbour(137, POD6, "ff02::1", POD6, POD_MAC)).drops(176);
    lab.fromPod(neighbour(135, POD6, "ff02::1", NEIGHBOUR6, POD_MAC).body(20)).drops(135);
    lab.fromPod(icmp(POD6, OUTSIDE6, 134, 0, 0).hops(255)).drops(176);
  }

  @Test
  void aNeighbourIsReachedPastTheStack() {
    lab.open(INGRESS);
    byte[] there = lab.fromPod(tcp(POD, 1, NEIGHBOUR, 80).syn()).redirected().packet();
    assertArrayEquals(HOST_MAC.bytes(), Arrays.copyOfRange(there, 6, 12));
    assertArrayEquals(POD_MAC.bytes(), Arrays.copyOf(there, 6), "both pods have this one here");
    assertEquals(63, there[22]);
    assertEquals(0xffff, Packet.sum(there, 14, 20), "header checksum");
    byte[] there6 = lab.fromPod(tcp(POD6, 1, NEIGHBOUR6, 80).syn()).redirected().packet();
    assertEquals(63, there6[21]);
    lab.fromPod(tcp(POD, 2, NEIGHBOUR, 80).syn().hops(1)).passes();
  }

  @Test
  void aNeighbourHasItsOwnSay() {
    lab.closed(INGRESS).rule(NEIGHBOUR_ID, INGRESS, POD_ID, Packet.TCP, 80, 16, true, 3);
    lab.fromPod(tcp(POD, 1, NEIGHBOUR, 80).syn()).redirected();
    lab.fromPod(tcp(POD, 1, NEIGHBOUR, 81).syn()).drops(133);
    KernelEvent drop = lab.drops().getFirst();
    assertEquals(List.of(2, 9), List.of(drop.endpoint(), drop.cookie()));
    assertEquals(INGRESS, drop.direction());
    lab.pod(2, 99, NEIGHBOUR_ID, NEIGHBOUR, NEIGHBOUR6, false);
    lab.fromPod(tcp(POD, 1, NEIGHBOUR, 80)).drops(203);
  }

  @Test
  void aPodElsewhereIsReachedThroughTheTunnel() {
    lab.fromPod(tcp(POD, 1, REMOTE, 80).syn()).redirected();
    lab.route(0);
    lab.fromPod(tcp(POD, 1, REMOTE, 80)).passes();
    lab.fromPod(udp(POD, 1, OTHER_NODE, Lab.TUNNEL_PORT)).passes();
    lab.route(Lab.OVERLAY);
    lab.fromPod(udp(POD, 1, OTHER_NODE, Lab.TUNNEL_PORT)).drops(170);
    lab.fromPod(udp(POD, 1, OUTSIDE, Lab.TUNNEL_PORT)).passes();
  }

  @Test
  void nothingLeavesBeforeTheEndpointIsReady() {
    lab.pod(1, 1, POD_ID, POD, POD6, false);
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).drops(203);
    lab.fromPod(arp(1, POD_MAC, POD, NEIGHBOUR)).answered();
    lab.endpoints.remove(lab.endpoints.find(1).orElseThrow());
    lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).drops(203);
    lab.fromPod(arp(1, POD_MAC, POD, NEIGHBOUR)).drops(203);
  }
}
