package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.FIN;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.bpf.TestRun;
import dev.sluice.node.bpf.TestRun.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What happens when a table or the ring buffer is full: counted, and closed rather than open. */
@RequiresKernel
class FullTablesTest {
  @Test
  void anEndpointHasItsShareOfTheConnectionTable() {
    try (Lab lab = new Lab(16, 25, ConnectionLifetimes.DEFAULT)) {
      lab.open(EGRESS).open(INGRESS);
      for (int port = 1; port <= 4; port++) {
        lab.fromPod(udp(POD, port, OUTSIDE, 53)).passes();
      }
      lab.fromPod(udp(POD, 5, OUTSIDE, 53)).drops(155);
      lab.toPod(udp(OUTSIDE, 5, POD, 53)).drops(155);
      lab.fromPod(udp(POD, 4, OUTSIDE, 53)).passes();
      lab.toPod(udp(OUTSIDE, 53, POD, 4)).passes();
      assertEquals(2, lab.dataplane.counters().tableFull());
      assertEquals(4, lab.dataplane.counters().connections());
      lab.pod(3, 1, POD_ID, POD, POD6, true);
      lab.fromPod(udp(POD, 5, OUTSIDE, 53)).passes();
    }
  }

  @Test
  void whoseSlotIsAnothersHasAShareOfItsOwn() {
    try (Lab lab = new Lab(64, 5, ConnectionLifetimes.DEFAULT)) {
      lab.open(EGRESS);
      int slots = lab.dataplane.map("slc_shares").maxEntries();
      int port = 1;
      for (int id : new int[] {3, 3 + slots, 3 + 2 * slots}) {
        lab.pod(id, 1, POD_ID, POD, POD6, true);
        for (int i = 0; i < 3; i++) {
          lab.fromPod(udp(POD, port++, OUTSIDE, 53)).passes();
        }
        lab.fromPod(udp(POD, port++, OUTSIDE, 53)).drops(155);
      }
      lab.dataplane.shares().forget(3);
      lab.fromPod(udp(POD, port++, OUTSIDE, 53)).drops(155);
      assertEquals(9, lab.dataplane.counters().connections());
    }
  }

  @Test
  void aFullConnectionTableRefusesNewConnectionsAndKeepsOldOnes() {
    try (Lab lab = new Lab(8, 100, ConnectionLifetimes.DEFAULT)) {
      lab.open(EGRESS);
      for (int port = 1; port <= 8; port++) {
        lab.fromPod(tcp(POD, port, OUTSIDE, 80).syn()).passes();
      }
      lab.pod(3, 1, POD_ID, POD, POD6, true);
      lab.fromPod(tcp(POD, 9, OUTSIDE, 80).syn()).drops(155);
      lab.fromPod(tcp(POD, 8, OUTSIDE, 80)).passes();
      assertEquals(1, lab.dataplane.counters().tableFull());
      assertEquals(8, lab.dataplane.connections().size());
    }
  }

  @Test
  void whatIsOverMakesRoom() {
    try (Lab lab = new Lab(8, 100, new ConnectionLifetimes(8000, 0, 0, 0))) {
      lab.open(EGRESS);
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      for (int port = 1; port <= 24; port++) {
        Packet packet = udp(POD, port, OUTSIDE, 53);
        while (lab.run("slc_from_pod", packet, Context.ARRIVED).verdict() != 0) {
          assertTrue(System.nanoTime() < deadline, "no room was made");
        }
      }
      assertTrue(lab.dataplane.counters().connections() <= 8);
    }
  }

  @Test
  void whatOneSideHasEndedLivesUntilTheOtherDoes() {
    try (Lab lab = new Lab(8, 100, new ConnectionLifetimes(8000, 8000, 0, 0))) {
      lab.open(EGRESS).closed(INGRESS);
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 1).flags(SYN | ACK)).passes();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).flags(FIN | ACK)).passes();
      awaitSweeps(lab);
      lab.toPod(tcp(OUTSIDE, 80, POD, 1)).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 1).flags(FIN | ACK)).passes();
      awaitSweeps(lab);
      lab.toPod(tcp(OUTSIDE, 80, POD, 1)).drops(133);
    }
  }

  @Test
  void whatOneSideHasEndedIsTranslatedUntilTheOtherDoes() {
    try (Lab lab = new Lab(8, 100, new ConnectionLifetimes(8000, 8000, 0, 0))) {
      lab.translate(100, NODE);
      Packet syn = tcp(POD, 1, OUTSIDE, 80).syn();
      int port = lab.run("slc_to_uplink", syn, Context.ARRIVED).leftAlone().frame().sourcePort();
      assertEquals(POD, answered(lab, port, SYN | ACK));
      Packet fin = tcp(POD, 1, OUTSIDE, 80).flags(FIN | ACK);
      lab.run("slc_to_uplink", fin, Context.ARRIVED).leftAlone();
      awaitSweeps(lab);
      assertEquals(POD, answered(lab, port, ACK));
      assertEquals(POD, answered(lab, port, FIN | ACK));
      awaitSweeps(lab);
      assertEquals(NODE, answered(lab, port, ACK));
    }
  }

  private static String answered(Lab lab, int port, int flags) {
    Packet answer = tcp(OUTSIDE, 80, NODE, port).flags(flags);
    return lab.run("slc_from_uplink", answer, Context.ARRIVED).leftAlone().frame().destination();
  }

  /** The clock of connections has ticked, and what was over then is gone. */
  private static void awaitSweeps(Lab lab) {
    int from = sweeps(lab);
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (sweeps(lab) - from < 3) {
      assertTrue(System.nanoTime() < deadline, "nothing is swept");
      Thread.onSpinWait();
    }
  }

  private static int sweeps(Lab lab) {
    byte[] sweep = lab.dataplane.map("slc_sweep").lookup(new byte[4]).orElseThrow();
    return Layouts.buffer(sweep).getInt(24);
  }

  @Test
  void anEventThatCannotBeTakenIsNotInTheWayOfOthers() {
    try (Lab lab = new Lab()) {
      lab.open(INGRESS);
      lab.toPod(udp(OUTSIDE, 1, POD, 53)).passes();
      lab.toPod(udp(OUTSIDE, 2, POD, 53)).passes();
      assertThrows(
          IllegalStateException.class,
          () ->
              lab.events.drain(
                  event -> {
                    throw new IllegalStateException("cannot be explained");
                  }));
      assertEquals(List.of(2), lab.told().stream().map(KernelEvent::sourcePort).toList());
      DataplaneCounters counters = lab.dataplane.counters();
      assertEquals(counters.produced(), lab.events.consumedEver() + counters.lost());
    }
  }

  @Test
  void eventsOfAReaderThatIsClosedAreNotRead() {
    try (Lab lab = new Lab()) {
      lab.open(INGRESS);
      lab.toPod(udp(OUTSIDE, 1, POD, 53)).passes();
      EventReader reader = lab.dataplane.events();
      assertEquals(1, reader.drain(event -> {}));
      reader.close();
      assertEquals(lab.events.consumedEver(), reader.consumedEver(), "what it was then");
      assertThrows(IllegalStateException.class, () -> reader.drain(event -> {}));
    }
  }

  /** 58 254 events and two ninths of one are once around. */
  @Test
  void anEventThatLiesAcrossTheEndOfTheBufferIsReadWhole() {
    try (Lab lab = new Lab()) {
      lab.open(INGRESS);
      lab.toPod(udp(OUTSIDE, 1, POD, 53)).passes();
      lab.told();
      lab.dataplane.monitor(true);
      byte[] packet = udp(OUTSIDE, 1, POD, 53).mac(Lab.HOST_MAC, Lab.POD_MAC).bytes();
      int program = lab.dataplane.programFd("slc_to_pod");
      Map<String, Integer> read = new TreeMap<>();
      for (int turn = 0; turn < 6; turn++) {
        TestRun.nanos(program, packet, Context.ARRIVED, 20_000);
        while (lab.events.drain(event -> read.merge(told(event), 1, Integer::sum)) > 0) {
          continue;
        }
      }
      lab.dataplane.monitor(false);
      assertEquals(0, lab.dataplane.counters().lost());
      assertEquals(1, read.size(), read::toString);
      assertTrue(read.values().iterator().next() >= 120_000, read::toString);
    }
  }

  private static String told(KernelEvent event) {
    return String.join(
        " ",
        event.type() + " " + event.interfaceIndex() + " " + event.endpoint(),
        event.source() + ":" + event.sourcePort() + " " + event.sourceIdentity(),
        event.destination() + ":" + event.destinationPort() + " " + event.destinationIdentity(),
        event.protocol() + " " + event.length() + " " + event.count());
  }

  @Test
  void whatWasProducedWasReadOrIsCountedAsLost() {
    try (Lab lab = new Lab()) {
      lab.open(INGRESS);
      lab.toPod(udp(OUTSIDE, 1, POD, 53)).passes();
      lab.dataplane.monitor(true);
      byte[] packet = udp(OUTSIDE, 1, POD, 53).mac(Lab.HOST_MAC, Lab.POD_MAC).bytes();
      int program = lab.dataplane.programFd("slc_to_pod");
      TestRun.nanos(program, packet, Context.ARRIVED, 100_000);
      DataplaneCounters full = lab.dataplane.counters();
      assertTrue(full.produced() >= 100_000, full::toString);
      assertTrue(full.lost() > 0, full::toString);
      while (lab.events.drain(event -> {}) > 0) {
        continue;
      }
      lab.dataplane.monitor(false);
      DataplaneCounters read = lab.dataplane.counters();
      assertEquals(read.produced() - read.lost(), lab.events.consumedEver());
      assertEquals(lab.events.consumed(), lab.events.consumedEver());
      lab.toPod(udp(OUTSIDE, 1, POD, 53)).passes();
      assertEquals(read.lost(), lab.dataplane.counters().lost());
    }
  }
}
