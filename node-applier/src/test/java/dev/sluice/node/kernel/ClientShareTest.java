package dev.sluice.node.kernel;

import static dev.sluice.core.node.KernelEntry.Direction.INGRESS;
import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.REMOTE;
import static dev.sluice.node.kernel.Packet.tcp;
import static dev.sluice.node.kernel.Packet.udp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.NodeServices;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One client outside cannot take the table of translations from the others. */
@RequiresKernel
class ClientShareTest {
  private static final int PORT = 30053;
  private static final int SHARE = 4;
  private static final String NODE6 = "fd00:31::1";
  private static final String REMOTE6 = "fd00:10:0:2::10";
  private static final Settings SMALL =
      Settings.defaults()
          .with(Setting.NODE_NAT_ENTRIES, 4 * SHARE)
          .with(Setting.NODE_NAT_CLIENT_SHARE, 25);

  private static Lab lab(ConnectionLifetimes lifetimes) {
    Lab lab = new Lab(SMALL, lifetimes);
    lab.open(INGRESS);
    lab.translate(100, NODE, NODE6);
    lab.known(NODE6 + "/128", 1, null);
    lab.known(REMOTE6 + "/128", Lab.REMOTE_ID, Lab.OTHER_NODE);
    NodeServices services = new NodeServices("n1", 16_381, false);
    int group = 0;
    for (int protocol : new int[] {Packet.TCP, Packet.UDP}) {
      serve(services, ++group, "0.0.0.0", REMOTE, protocol);
      serve(services, ++group, "::", REMOTE6, protocol);
    }
    lab.dataplane.services().put(services.plan().puts());
    return lab;
  }

  private static void serve(
      NodeServices services, int group, String any, String backend, int protocol) {
    put(
        services,
        new ServiceRow.Frontend(
            group,
            "shop",
            "web",
            "",
            ServiceRow.Kind.NODE_PORT,
            IpAddress.parse(any),
            PORT,
            protocol,
            group,
            false,
            0,
            List.of(),
            0));
    put(
        services,
        new ServiceRow.Backend(
            group, IpAddress.parse(backend), 8080, true, "n2", List.of(), List.of()));
  }

  private static void put(NodeServices services, ServiceRow row) {
    services.apply(Change.upsert(row.getClass(), row.key(), row));
  }

  private static Lab.Outcome arrives(Lab lab, Packet packet) {
    return lab.run("slc_from_uplink", packet.summed(), Context.ARRIVED);
  }

  @Test
  void aClientHasItsShareAndOthersHaveTheirs() {
    try (Lab lab = lab(ConnectionLifetimes.DEFAULT)) {
      for (int port = 1; port <= SHARE; port++) {
        arrives(lab, udp(OUTSIDE, port, NODE, PORT)).is(7, List.of());
      }
      arrives(lab, udp(OUTSIDE, SHARE + 1, NODE, PORT)).drops(167);
      arrives(lab, udp(OUTSIDE, SHARE, NODE, PORT)).is(7, List.of());
      arrives(lab, udp("198.51.100.8", SHARE + 1, NODE, PORT)).is(7, List.of());
    }
  }

  @Test
  void ofIpv6AClientIsItsNetwork() {
    try (Lab lab = lab(ConnectionLifetimes.DEFAULT)) {
      String network = OUTSIDE6.substring(0, OUTSIDE6.indexOf("::"));
      for (int host = 1; host <= SHARE; host++) {
        arrives(lab, tcp(network + "::" + host, 1, NODE6, PORT).syn()).is(7, List.of());
      }
      arrives(lab, tcp(network + "::aaaa", 1, NODE6, PORT).syn()).drops(167);
    }
  }

  @Test
  void whatTheApplierRemovesIsGivenBack() {
    try (Lab lab = lab(ConnectionLifetimes.DEFAULT)) {
      for (int port = 1; port <= SHARE; port++) {
        arrives(lab, udp(OUTSIDE, port, NODE, PORT)).is(7, List.of());
      }
      lab.dataplane.translation().forget(Set.of(new LbEntry.Target(IpAddress.parse(REMOTE), 8080)));
      awaitPassed(lab, udp(OUTSIDE, 9, NODE, PORT));
    }
  }

  @Test
  void whatIsOverIsGivenBack() {
    try (Lab lab = lab(new ConnectionLifetimes(8000, 0, 0, 0))) {
      for (int port = 1; port <= 3 * SHARE; port++) {
        awaitPassed(lab, udp(OUTSIDE, port, NODE, PORT));
      }
      assertTrue(lab.dataplane.map("slc_nat_clients").keys().size() <= 1);
    }
  }

  @Test
  void aPortThatWasLentIsGivenBackAndSoIsItsShare() {
    try (Lab lab = lab(new ConnectionLifetimes(8000, 0, 0, 0))) {
      for (int port = 1; port <= 3 * SHARE; port++) {
        awaitPassed(lab, tcp(OUTSIDE, port, NODE, PORT).syn());
        assertTrue(HeldEntries.of(lab.dataplane).get("slc_nat_lent") <= SHARE);
      }
      assertEquals(0, HeldEntries.of(lab.dataplane).get("slc_nat"), "none is in the table");
    }
  }

  @Test
  void aClientThatBeginsAnewIsCountedOnce() {
    try (Lab lab = lab(ConnectionLifetimes.DEFAULT)) {
      for (int again = 0; again < 3 * SHARE; again++) {
        arrives(lab, tcp(OUTSIDE, 1, NODE, PORT).syn()).is(7, List.of());
      }
      byte[] held = lab.dataplane.map("slc_nat_places").lookup(place(OUTSIDE)).get();
      assertEquals(1, Layouts.buffer(held).getInt());
    }
  }

  @Test
  void twoClientsOfOnePlaceHaveTheirSharesAndGetThemBack() {
    try (Lab lab = lab(ConnectionLifetimes.DEFAULT)) {
      String other = sharesPlaceOf(OUTSIDE);
      for (String client : List.of(OUTSIDE, other)) {
        for (int port = 1; port <= SHARE; port++) {
          arrives(lab, udp(client, port, NODE, PORT)).is(7, List.of());
        }
      }
      arrives(lab, udp(OUTSIDE, SHARE + 1, NODE, PORT)).drops(167);
      arrives(lab, udp(other, SHARE + 1, NODE, PORT)).drops(167);
      assertEquals(List.of(IpAddress.parse(other)), countedInTheTable(lab));
      lab.dataplane.translation().forget(Set.of(new LbEntry.Target(IpAddress.parse(REMOTE), 8080)));
      awaitPassed(lab, udp(OUTSIDE, 9, NODE, PORT));
      awaitPassed(lab, udp(other, 9, NODE, PORT));
    }
  }

  @Test
  void whatAnOlderVersionCountedCounts() {
    try (Lab lab = lab(ConnectionLifetimes.DEFAULT)) {
      byte[] held = Layouts.buffer(4).putInt(SHARE - 1).array();
      lab.dataplane.map("slc_nat_clients").update(IpAddress.parse(OUTSIDE).mapped(), held);
      arrives(lab, udp(OUTSIDE, 1, NODE, PORT)).is(7, List.of());
      arrives(lab, udp(OUTSIDE, 2, NODE, PORT)).drops(167);
    }
  }

  private static List<IpAddress> countedInTheTable(Lab lab) {
    return lab.dataplane.map("slc_nat_clients").keys().stream().map(IpAddress::ofMapped).toList();
  }

  private static String sharesPlaceOf(String client) {
    return IntStream.range(0, 1 << 16)
        .mapToObj(number -> "192.0.%d.%d".formatted(number >> 8, number & 0xff))
        .filter(address -> Arrays.equals(place(address), place(client)))
        .findFirst()
        .orElseThrow();
  }

  /** The key in {@code slc_nat_places}, as {@code slc_nat.h} has it. */
  private static byte[] place(String address) {
    int word = Layouts.buffer(IpAddress.parse(address).mapped()).getInt(12);
    return Layouts.buffer(4).putInt(word * 0x9e3779b1 >>> 20).array();
  }

  private static void awaitPassed(Lab lab, Packet packet) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (arrives(lab, packet).verdict() != 7) {
      assertTrue(System.nanoTime() < deadline, "its share was not given back");
      Thread.onSpinWait();
    }
  }
}
