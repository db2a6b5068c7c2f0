package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.EGRESS;
import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.POD_ID;
import static dev.sluice.node.kernel.Packet.ACK;
import static dev.sluice.node.kernel.Packet.FIN;
import static dev.sluice.node.kernel.Packet.RST;
import static dev.sluice.node.kernel.Packet.SYN;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.bpf.TestRun;
import dev.sluice.node.bpf.TestRun.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A connection that is over takes room from nobody: not from its owner, nor from others. */
@RequiresKernel
class ClosedConnectionsTest {
  /** Most of the test is over before any of these times. */
  private static final ConnectionLifetimes LONG = new ConnectionLifetimes(8000, 8000, 8000, 8000);

  private static final int PORTS = 60_000;

  /** Packets of one run: even, so that what is opened is closed. */
  private static final int REPEATED = 50_000;

  @Test
  void moreThanItsShareAreOpenedAndClosedAndNoneIsRefused() {
    try (Lab lab = new Lab(64, 25, LONG)) {
      lab.open(EGRESS);
      for (int port = 1; port <= 400; port++) {
        lab.fromPod(tcp(POD, port, OUTSIDE, 80).syn()).passes();
        lab.toPod(tcp(OUTSIDE, 80, POD, port).flags(RST)).passes();
      }
      assertEquals(0, lab.dataplane.counters().tableFull());
      for (int port = 1001; port <= 1016; port++) {
        lab.fromPod(tcp(POD, port, OUTSIDE, 80).syn()).passes();
      }
      lab.fromPod(tcp(POD, 2000, OUTSIDE, 80).syn()).drops(155);
      lab.fromPod(tcp(POD, 1001, OUTSIDE, 80).flags(FIN | ACK)).passes();
      lab.fromPod(tcp(POD, 2000, OUTSIDE, 80).syn()).drops(155);
      lab.toPod(tcp(OUTSIDE, 80, POD, 1001).flags(FIN | ACK)).passes();
      lab.fromPod(tcp(POD, 2000, OUTSIDE, 80).syn()).passes();
      lab.fromPod(tcp(POD, 2001, OUTSIDE, 80).syn()).drops(155);
    }
  }

  @Test
  void aTupleThatIsOpenedAgainCountsAgain() {
    try (Lab lab = new Lab(64, 7, LONG)) {
      lab.open(EGRESS);
      for (int round = 0; round < 3; round++) {
        for (int port = 1; port <= 4; port++) {
          lab.fromPod(tcp(POD, port, OUTSIDE, 80).syn()).passes();
        }
        lab.fromPod(tcp(POD, 5, OUTSIDE, 80).syn()).drops(155);
        for (int port = 1; port <= 4; port++) {
          lab.fromPod(tcp(POD, port, OUTSIDE, 80).flags(RST)).passes();
          lab.fromPod(tcp(POD, port, OUTSIDE, 80).flags(RST)).passes();
        }
      }
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).flags(FIN | ACK)).passes();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
      for (int port = 12; port <= 14; port++) {
        lab.fromPod(tcp(POD, port, OUTSIDE, 80).syn()).passes();
      }
      lab.fromPod(tcp(POD, 2, OUTSIDE, 80).syn()).drops(155);
      lab.fromPod(tcp(POD, 15, OUTSIDE, 80).syn()).drops(155);
    }
  }

  @Test
  void whatComesLateIsOfTheClosedConnectionAndOpensNothing() {
    try (Lab lab = new Lab(64, 25, LONG)) {
      lab.open(EGRESS).closed(INGRESS);
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 1).flags(SYN | ACK)).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 1).flags(FIN | ACK)).passes();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).flags(FIN | ACK)).passes();
      lab.told();
      lab.toPod(tcp(OUTSIDE, 80, POD, 1)).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 1).flags(FIN | ACK)).passes();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80)).passes();
      assertEquals(List.of(), lab.told());
      assertEquals(Connection.State.CLOSED, lab.dataplane.connections().getFirst().state());
      lab.toPod(tcp(OUTSIDE, 80, POD, 1).syn()).drops(133);
      lab.closed(EGRESS).bump();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80)).drops(133);
    }
  }

  @Test
  void whatComesLateDoesNotKeepAClosedConnection() {
    try (Lab lab = new Lab(64, 25, new ConnectionLifetimes(8000, 8000, 1, 8000))) {
      lab.open(EGRESS).open(INGRESS);
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).flags(RST)).passes();
      await(
          () -> {
            lab.toPod(tcp(OUTSIDE, 80, POD, 1).flags(RST)).passes();
            return lab.dataplane.connections().isEmpty();
          });
    }
  }

  /** One pod opens and closes more than the table holds; another's connections stay. */
  @Test
  void whoOpensAndClosesAsFastAsItCanTakesNothingFromOthers() {
    int entries = 32_768;
    int others = entries / 4;
    try (Lab lab = new Lab(entries, 25, LONG)) {
      lab.open(EGRESS).open(INGRESS);
      lab.pod(3, 1, POD_ID, POD, POD6, true);
      for (int port = 1; port <= others; port++) {
        assertEquals(0, send(lab, tcp(POD, port, OUTSIDE, 443).syn()));
      }
      lab.pod(4, 1, POD_ID, POD, POD6, true);
      for (int port = 1; port <= PORTS; port++) {
        assertEquals(0, send(lab, tcp(POD, port, OUTSIDE, 80).syn()));
        assertEquals(0, send(lab, tcp(POD, port, OUTSIDE, 80).flags(RST)));
        if ((port & 4095) == 0) {
          lab.told();
        }
      }
      lab.pod(5, 1, POD_ID, POD, POD6, true);
      for (int port = 1; port <= others; port++) {
        assertEquals(0, send(lab, tcp(POD, port, OUTSIDE, 8080).syn()));
      }
      assertEquals(0, lab.dataplane.counters().tableFull());
      Predicate<Connection> open = connection -> connection.state() == Connection.State.NEW;
      assertEquals(2 * others, lab.dataplane.connections().stream().filter(open).count());
    }
  }

  /** What was asked once and answered has to hurry; what goes on or waits does not. */
  @Test
  void answeredQuestionsGiveWayToTheirOwnersNewConnections() {
    try (Lab lab = new Lab(64, 7, new ConnectionLifetimes(8000, 8000, 8000, 40))) {
      lab.open(EGRESS);
      lab.fromPod(tcp(POD, 1, OUTSIDE, 80).syn()).passes();
      lab.fromPod(udp(POD, 2, OUTSIDE, 53)).passes();
      lab.toPod(udp(OUTSIDE, 53, POD, 2)).passes();
      lab.fromPod(tcp(POD, 3, OUTSIDE, 80).syn()).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 3).flags(SYN | ACK)).passes();
      lab.fromPod(tcp(POD, 3, OUTSIDE, 80).flags(FIN | ACK)).passes();
      lab.fromPod(tcp(POD, 4, OUTSIDE, 80).syn()).passes();
      Packet fifth = tcp(POD, 5, OUTSIDE, 80).syn();
      await(() -> send(lab, fifth) == 0);
      List<Integer> left =
          lab.dataplane.connections().stream().map(Connection::sourcePort).sorted().toList();
      assertEquals(List.of(1, 3, 4, 5), left);
    }
  }

  /**
   * A tuple is opened and closed again and again, as fast as the kernel repeats it, while its
   * closed entry is what a flood on another CPU takes for its own. One that was removed while it
   * was opened would count in its owner's share for good, and its answer would find nothing.
   */
  @Test
  void whatIsOpenedAnewIsNotSweptAway() throws Exception {
    try (Lab lab = new Lab(256, 100, LONG);
        Varied flood = Varied.openedAndClosed();
        Varied again = Varied.openedAgain();
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      lab.open(EGRESS).closed(INGRESS);
      int program = lab.dataplane.programFd("slc_from_pod");
      AtomicBoolean done = new AtomicBoolean();
      Future<?> other = threads.submit(() -> repeat(flood.into(program), done));
      try {
        for (int round = 0; round < 40; round++) {
          TestRun.many(again.into(program), first(7), Context.ARRIVED, REPEATED);
        }
      } finally {
        done.set(true);
      }
      other.get();
      byte[] share = lab.dataplane.map("slc_shares").lookup(EndpointCodec.key(1)).orElseThrow();
      assertEquals(0, Layouts.buffer(share).getInt(4), "what is closed is in nobody's share");
      lab.fromPod(tcp(POD, 7, OUTSIDE, 80).syn()).passes();
      lab.toPod(tcp(OUTSIDE, 80, POD, 7).flags(SYN | ACK)).passes();
    }
  }

  private static void repeat(int program, AtomicBoolean done) {
    while (!done.get()) {
      TestRun.many(program, first(1024), Context.ARRIVED, REPEATED);
    }
  }

  private static byte[] first(int port) {
    return tcp(POD, port, OUTSIDE, 80).flags(0).bytes();
  }

  private static int send(Lab lab, Packet packet) {
    return run(lab, "slc_from_pod", packet);
  }

  private static int run(Lab lab, String program, Packet packet) {
    return TestRun.once(lab.dataplane.programFd(program), packet.bytes(), Context.ARRIVED)
        .verdict();
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < deadline, "it never came");
      Thread.onSpinWait();
    }
  }
}
