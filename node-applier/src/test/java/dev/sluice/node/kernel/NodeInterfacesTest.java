package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.HOST_MAC;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OTHER_MAC;
import static dev.sluice.node.kernel.Lab.OTHER_NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Lab.POD_MAC;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Lab.TUNNEL_PORT;
import static dev.sluice.node.kernel.Packet.arp;
import static dev.sluice.node.kernel.Packet.neighbour;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;

import dev.sluice.node.bpf.TestRun.Context;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reaches a pod, and what the node's own interfaces let in and out. */
@RequiresKernel
class NodeInterfacesTest extends PacketTest {
  @BeforeEach
  void policies() {
    lab.open(INGRESS);
  }

  private static Lab.Outcome fromUplink(Packet packet) {
    return lab.run("slc_from_uplink", packet, Context.ARRIVED);
  }

  private static Lab.Outcome toUplink(Packet packet, Context context) {
    return lab.run("slc_to_uplink", packet, context);
  }

  private static Lab.Outcome fromOverlay(Packet packet) {
    return lab.run("slc_from_overlay", packet, Context.ARRIVED);
  }

  @Test
  void aPodGetsWhatIsForItself() {
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE6, 1, POD6, 80).syn()).passes();
    lab.toPod(tcp(OUTSIDE, 1, Lab.NEIGHBOUR, 80).syn()).drops(150);
    lab.toPod(udp(OUTSIDE, 1, "224.0.0.251", 5353)).drops(150);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn().vlan(5)).drops(182);
    lab.toPod(Packet.ether(0x88cc)).drops(166);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn().body(12)).drops(135);
    lab.toPod(udp("::ffff:172.31.0.1", 1, POD6, 53)).drops(132);
  }

  @Test
  void onlyTheNodeItselfSpeaksForTheNode() {
    lab.closed(INGRESS);
    Packet probe = tcp(NODE, 1, POD, 80).syn().mac(HOST_MAC, POD_MAC);
    lab.run("slc_to_pod", probe, Context.ARRIVED).drops(132);
    lab.run("slc_to_pod", probe, Context.LOCAL).passes();
    Packet other = tcp(OTHER_NODE, 1, POD, 80).syn().mac(HOST_MAC, POD_MAC);
    lab.run("slc_to_pod", other, Context.LOCAL).drops(133);
  }

  @Test
  void neighboursAreTheNodesBusiness() {
    lab.toPod(arp(1, HOST_MAC, "10.0.1.1", POD)).untouched();
    Packet forged = arp(1, OTHER_MAC, "10.0.1.1", POD).mac(OTHER_MAC, POD_MAC);
    lab.run("slc_to_pod", forged, Context.ARRIVED).drops(130);
    Packet asks = neighbour(135, "fd00:10:0:1::1", POD6, POD6, HOST_MAC);
    lab.toPod(asks).untouched();
    lab.toPod(asks.hops(64)).drops(176);
    lab.run("slc_to_pod", asks.hops(255).mac(OTHER_MAC, POD_MAC), Context.ARRIVED).drops(176);
  }

  @Test
  void nothingArrivesBeforeTheEndpointIsReady() {
    lab.pod(1, 1, POD_ID, POD, POD6, false);
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).drops(203);
    lab.run("slc_to_pod", tcp(NODE, 1, POD, 80).mac(HOST_MAC, POD_MAC), Context.LOCAL).drops(203);
    lab.endpoints.remove(lab.endpoints.find(1).orElseThrow());
    lab.toPod(tcp(OUTSIDE, 1, POD, 80).syn()).drops(203);
    lab.toPod(arp(1, HOST_MAC, "10.0.1.1", POD)).drops(203);
  }

  @Test
  void nobodyOutsideIsThisNodeOrItsPods() {
    fromUplink(tcp(OUTSIDE, 1, POD, 80).syn()).leftAlone();
    fromUplink(tcp(OTHER_NODE, 1, NODE, 80).syn()).leftAlone();
    fromUplink(tcp(OUTSIDE6, 1, POD6, 80).syn()).leftAlone();
    fromUplink(arp(1, OTHER_MAC, OTHER_NODE, NODE)).leftAlone();
    fromUplink(tcp(NODE, 1, POD, 80).syn()).drops(132);
    fromUplink(tcp(POD, 1, OUTSIDE, 80).syn()).drops(132);
    fromUplink(tcp(POD6, 1, OUTSIDE6, 80).syn()).drops(132);
  }

  @Test
  void podsElsewhereComeThroughTheTunnelWhenThereIsOne() {
    fromUplink(tcp(REMOTE, 1, POD, 80).syn()).drops(132);
    lab.route(0);
    fromUplink(tcp(REMOTE, 1, POD, 80).syn()).leftAlone();
    fromUplink(tcp(POD, 1, OUTSIDE, 80).syn()).drops(132);
  }

  @Test
  void onlyTheNodesTunnelSpeaksOnItsPort() {
    toUplink(udp(POD, 1, OTHER_NODE, TUNNEL_PORT), Context.ARRIVED).drops(170);
    toUplink(udp(POD6, 1, OUTSIDE6, TUNNEL_PORT), Context.ARRIVED).drops(170);
    toUplink(udp(NODE, 1, OTHER_NODE, TUNNEL_PORT), Context.LOCAL).leftAlone();
    toUplink(udp(POD, 1, OTHER_NODE, 53), Context.ARRIVED).leftAlone();
    toUplink(tcp(POD, 1, OTHER_NODE, TUNNEL_PORT), Context.ARRIVED).leftAlone();
    toUplink(arp(1, HOST_MAC, NODE, OTHER_NODE), Context.ARRIVED).leftAlone();
    lab.route(0);
    toUplink(udp(POD, 1, OTHER_NODE, TUNNEL_PORT), Context.ARRIVED).leftAlone();
  }

  /** Test runs cannot give a packet a tunnel key, so no packet gets further here. */
  @Test
  void whatHasNoTunnelKeyDidNotComeThroughTheTunnel() {
    fromOverlay(tcp(REMOTE, 1, POD, 80).syn()).drops(147);
    fromOverlay(tcp(REMOTE, 1, POD, 80).syn().vlan(5)).drops(182);
    fromOverlay(tcp(REMOTE, 1, POD, 80).syn().body(12)).drops(135);
    fromOverlay(arp(1, OTHER_MAC, REMOTE, POD)).drops(166);
  }
}
