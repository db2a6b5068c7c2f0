package dev.sluice.core.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeServicesTest {
  private final NodeServices services = new NodeServices("n1", 251, false);

  private void put(ServiceRow row) {
    services.apply(Change.upsert(row.getClass(), row.key(), row));
  }

  private static ServiceRow.Frontend frontend(int group, L4 protocol) {
    return new ServiceRow.Frontend(
        group,
        "shop",
        "dns",
        "",
        ServiceRow.Kind.CLUSTER_IP,
        IpAddress.parse("10.96.0." + group),
        53,
        protocol.number(),
        group,
        false,
        0,
        List.of(),
        0);
  }

  private static ServiceRow.Backend backend(int group, boolean ready) {
    return new ServiceRow.Backend(
        group, IpAddress.parse("10.0.1.1"), 53, ready, "n1", List.of(), List.of());
  }

  private void remove(ServiceRow.Backend backend) {
    services.apply(Change.remove(ServiceRow.Backend.class, backend.key()));
  }

  @Test
  void onlyBackendsOfUdpThatAreGoneForGoodAreGone() {
    put(frontend(1, L4.UDP));
    put(frontend(2, L4.TCP));
    put(backend(1, true));
    put(backend(2, true));
    put(backend(1, false)); // terminates, and still serves
    remove(backend(2, true));
    assertEquals(Set.of(), services.takeGone());
    remove(backend(1, false));
    put(backend(1, true));
    assertEquals(Set.of(), services.takeGone());
    remove(backend(1, true));
    LbEntry.Target target = new LbEntry.Target(IpAddress.parse("10.0.1.1"), 53);
    assertEquals(Set.of(target), services.takeGone());
    assertEquals(Set.of(), services.takeGone());
  }

  @Test
  void aBackendThatAnotherServiceHasIsNotGone() {
    LbEntry.Target target = new LbEntry.Target(IpAddress.parse("10.0.1.1"), 53);
    put(frontend(1, L4.UDP));
    put(frontend(3, L4.UDP));
    put(backend(1, true));
    put(backend(3, true));
    remove(backend(1, true));
    assertEquals(Set.of(), services.takeGone());
    remove(backend(3, true));
    assertEquals(Set.of(target), services.takeGone());
  }

  /** Their sockets would wait for nobody, else. */
  @Test
  void backendsThatWentWhileNobodyLookedAreGone() {
    NodeServices before = new NodeServices("n1", 251, false);
    for (L4 protocol : new L4[] {L4.UDP, L4.TCP}) {
      int group = protocol.number();
      for (ServiceRow row :
          new ServiceRow[] {frontend(group, protocol), backend(group, true), other(group)}) {
        before.apply(Change.upsert(row.getClass(), row.key(), row));
      }
      put(frontend(group, protocol));
      put(other(group));
    }
    services.planFrom(before.wanted());
    LbEntry.Target target = new LbEntry.Target(IpAddress.parse("10.0.1.1"), 53);
    assertEquals(Set.of(target), services.takeGone());
    services.planFrom(services.wanted());
    assertEquals(Set.of(), services.takeGone());
  }

  private static ServiceRow.Backend other(int group) {
    return new ServiceRow.Backend(
        group, IpAddress.parse("10.0.1.2"), 53, true, "n1", List.of(), List.of());
  }

  private static ServiceRow.Backend meantFor(String zone, int last) {
    return new ServiceRow.Backend(
        1, IpAddress.parse("10.0.1." + last), 53, true, "n9", List.of(zone), List.of());
  }

  /** Else it would choose for who comes by another node as for who comes to itself. */
  @Test
  void whoAnswersDirectlyKnowsItsOwnBackendsWhateverTheirHints() {
    for (boolean direct : new boolean[] {false, true}) {
      NodeServices node = new NodeServices("n1", 251, direct);
      List<ServiceRow> rows =
          List.of(nodePort(), new ServiceRow.Node("n1", "a"), at("n1", "b", 1), at("n2", "a", 2));
      rows.forEach(row -> node.apply(Change.upsert(row.getClass(), row.key(), row)));
      LbEntry.Scope all = new LbEntry.Scope(1, false);
      LbEntry.Scope own = new LbEntry.Scope(1, true);
      assertEquals(List.of("10.0.1.2"), seated(node, all));
      assertEquals(direct ? List.of("10.0.1.1") : List.of(), seated(node, own));
      assertEquals(
          direct, node.wanted().stream().anyMatch(e -> e.key().equals(new LbEntry.TableKey(own))));
    }
  }

  private static ServiceRow.Frontend nodePort() {
    return new ServiceRow.Frontend(
        1,
        "shop",
        "dns",
        "",
        ServiceRow.Kind.NODE_PORT,
        IpAddress.parse("0.0.0.0"),
        30053,
        L4.UDP.number(),
        1,
        false,
        0,
        List.of(),
        0);
  }

  private static ServiceRow.Backend at(String node, String zone, int last) {
    return new ServiceRow.Backend(
        1, IpAddress.parse("10.0.1." + last), 53, true, node, List.of(zone), List.of());
  }

  private static List<String> seated(NodeServices node, LbEntry.Scope scope) {
    return node.wanted().stream()
        .filter(LbEntry.SeatEntry.class::isInstance)
        .map(LbEntry.SeatEntry.class::cast)
        .filter(seat -> seat.key().scope().equals(scope))
        .map(seat -> seat.backend().address().toString())
        .toList();
  }

  private List<String> used() {
    return services.planFrom(List.of()).puts().stream()
        .filter(LbEntry.SlotEntry.class::isInstance)
        .map(entry -> ((LbEntry.SlotEntry) entry).backend().address().toString())
        .sorted()
        .toList();
  }

  @Test
  void aNodeUsesBackendsOfItsZoneAndFollowsItsLabel() {
    put(frontend(1, L4.TCP));
    put(meantFor("a", 1));
    put(meantFor("b", 2));
    put(new ServiceRow.Node("n2", "b"));
    assertEquals(List.of("10.0.1.1", "10.0.1.2"), used(), "a node without a zone");
    put(new ServiceRow.Node("n1", "a"));
    assertEquals(List.of("10.0.1.1"), used());
    put(new ServiceRow.Node("n1", "b"));
    assertEquals(List.of("10.0.1.2"), used());
    services.apply(Change.remove(ServiceRow.Node.class, new ServiceRow.Node("n1", "b").key()));
    assertEquals(List.of("10.0.1.1", "10.0.1.2"), used());
  }
}
