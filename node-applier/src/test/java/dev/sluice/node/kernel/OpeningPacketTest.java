package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.OTHER_NODE;
import static dev.sluice.node.kernel.Lab.REMOTE_ID;
import static dev.sluice.node.kernel.Packet.TCP;
import static dev.sluice.node.kernel.Packet.tcp;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.node.kernel.Lab.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** Packet tests about what clients outside open to a backend elsewhere, in both families. */
abstract class OpeningPacketTest extends ServicePacketTest {
  static final int PORT = 30080;
  static final String OTHER_BACKEND = "10.0.2.20";

  @BeforeEach
  void world() {
    lab.open(INGRESS);
    lab.known(OTHER_BACKEND + "/32", REMOTE_ID, OTHER_NODE);
    for (Ends e : FAMILIES) {
      int group = e.v6() ? 2 : 1;
      nodePort(e.any(), PORT, TCP, group);
      put(backend(group, e.remote(), 8080));
    }
    write();
  }

  static Frame opens(Ends e, int port) {
    return sends(tcp(e.outside(), port, e.node(), PORT).syn());
  }

  static Frame sends(Packet packet) {
    Outcome on = lab.run("slc_from_uplink", packet.summed(), Context.ARRIVED);
    return on.is(7, List.of()).frame();
  }

  static Outcome comes(Packet packet) {
    return lab.fromOverlay(packet.summed(), REMOTE_ID);
  }

  static Outcome answers(Ends e, String backend, int port, int flags) {
    return comes(tcp(backend, 8080, e.node(), port).flags(flags));
  }

  static int held() {
    return lab.dataplane.translation().all().size();
  }

  /** The clock of connections goes on four times a second. */
  static void awaitTick() {
    byte[] sweep = lab.dataplane.map("slc_sweep").lookup(new byte[4]).orElseThrow();
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (Arrays.equals(sweep, lab.dataplane.map("slc_sweep").lookup(new byte[4]).orElseThrow())) {
      assertTrue(System.nanoTime() < deadline, "the sweep stands still");
      Thread.onSpinWait();
    }
  }
}
