package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A frame of another VLAN is of another network that happens to have the uplink's wire. */
@RequiresKernel
class OtherVlansTest extends ServicePacketTest {
  private static final int PORT = 30080;
  private static final int VLAN = 5;
  private static final int PRIORITY_ALONE = 3 << 13;

  @BeforeEach
  void world() {
    lab.open(INGRESS).open(EGRESS);
    for (Ends e : FAMILIES) {
      nodePort(e.any(), PORT, TCP, e.v6() ? 2 : 1);
      put(backend(e.v6() ? 2 : 1, e.pod(), 8080));
    }
    write();
  }

  private static Lab.Outcome arrives(Packet packet, int tag) {
    return lab.tagged("slc_from_uplink", packet.summed(), tag);
  }

  @Test
  void nobodyThereDialsAService() {
    for (Ends e : FAMILIES) {
      arrives(tcp(e.outside(), 40000, e.node(), PORT).syn(), VLAN).leftAlone();
      assertEquals(0, lab.dataplane.translation().all().size());
    }
  }

  @Test
  void whoPretendsToBeAPodOrTheNodeIsStillNotHeard() {
    for (Ends e : FAMILIES) {
      arrives(tcp(e.pod(), 1, e.outside(), 80).syn(), VLAN).drops(132);
      arrives(tcp(e.remote(), 1, e.pod(), 80).syn(), VLAN).drops(132);
      arrives(tcp(e.node(), 1, e.pod(), 80).syn(), VLAN).drops(132);
    }
  }

  /** Answers from there would not be translated back. */
  @Test
  void whatLeavesForThereKeepsItsAddress() {
    for (Ends e : FAMILIES) {
      Packet packet = tcp(e.pod(), 40000, e.outside(), 443).syn().summed();
      Frame out = lab.tagged("slc_to_uplink", packet, VLAN).leftAlone().frame();
      assertEquals(e.pod() + " 40000 > " + e.outside() + " 443", out.toString());
      assertEquals(0, lab.dataplane.translation().all().size());
    }
  }

  @Test
  void aPriorityIsNoVlan() {
    for (Ends e : FAMILIES) {
      Packet syn = tcp(e.outside(), 40000, e.node(), PORT).syn();
      Frame in = arrives(syn, PRIORITY_ALONE).redirected().frame();
      assertEquals(e.outside() + " 40000 > " + e.pod() + " 8080", in.toString());
    }
  }
}
