package dev.sluice.node.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.Rows;
import dev.sluice.schemas.convert.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of peers that are there, and that were there until lately. */
class PeerBookTest {
  private static final int MANY = 3 * PeerBook.LATE;
  private static final int NAMES = IdentityScope.NAMES.first();

  private final PeerBook peers = new PeerBook();
  private final int empty = peers.size();

  private void put(DesiredRecord record) {
    peers.changed(Change.upsert(record.getClass(), record.key(), record));
  }

  private void remove(DesiredRecord record) {
    peers.changed(Change.remove(record.getClass(), record.key()));
  }

  private static DesiredRecord policy(int identity) {
    return ((Row.Changed<DesiredRecord>) Rows.open(5, identity)).change().value();
  }

  private static DesiredRecord prefix(int number) {
    return new DesiredRecord.IdentityLabels(
        IdentityScope.PREFIXES.first() + number,
        LabelSet.parse(List.of("cidr:10." + number + "=")));
  }

  private static DesiredRecord.Selector selector(int number) {
    return new DesiredRecord.Selector(
        "" + number, "fqdn:matchName: n" + number + ".test", List.of());
  }

  private static ServiceRow.Frontend frontend(int id, int port) {
    return new ServiceRow.Frontend(
        id,
        "shop",
        "s" + id,
        "http",
        ServiceRow.Kind.CLUSTER_IP,
        IpAddress.parse("10.96.0.1"),
        port,
        6,
        1,
        false,
        0,
        List.of(),
        0);
  }

  @Test
  void aWorldThatComesAndGoesLeavesABoundedTrace() {
    for (int i = 0; i < MANY; i++) {
      DesiredRecord.Selector selector = selector(i);
      List<DesiredRecord> rows =
          List.of(policy(256 + i), prefix(i), selector, frontend(1 + i, 1 + i));
      rows.forEach(this::put);
      peers.named(NAMES + i, new SelectorSet(List.of(selector.id()), 2));
      peers.labels(NAMES + i);
      rows.forEach(this::remove);
      peers.unnamed(NAMES + i);
    }
    assertTrue(peers.size() - empty <= 4 * PeerBook.LATE, peers.size() + " entries");
  }

  @Test
  void whoHasGoneIsKnownToFlowsThatAreLate() {
    put(policy(256));
    put(frontend(7, 80));
    put(selector(1));
    peers.named(NAMES, new SelectorSet(List.of("1"), 2));
    List<String> named = peers.labels(NAMES);
    assertTrue(named.contains("fqdn:n1.test"), named.toString());
    remove(policy(256));
    remove(frontend(7, 80));
    remove(selector(1));
    peers.unnamed(NAMES);
    assertEquals(List.of("k8s:app=app-256"), peers.labels(256));
    assertEquals("s7", peers.frontend(7).orElseThrow().name());
    assertEquals(named, peers.labels(NAMES));
  }

  @Test
  void aFrontendWithAnotherIdTakesTheFormersPlace() {
    for (int id = 1; id <= MANY; id++) {
      put(frontend(id, 80));
    }
    assertEquals("s" + MANY, peers.frontend(MANY).orElseThrow().name());
    assertEquals(1 + PeerBook.LATE, peers.size() - empty);
  }

  @Test
  void whoIsThereIsKnownHoweverManyGo() {
    put(policy(256));
    put(policy(ReservedIdentity.HOST.number()));
    remove(policy(ReservedIdentity.HOST.number()));
    remove(policy(256));
    put(policy(256));
    for (int i = 0; i < MANY; i++) {
      put(policy(300 + i));
      remove(policy(300 + i));
    }
    assertEquals(List.of("k8s:app=app-256"), peers.labels(256));
    assertTrue(!peers.labels(ReservedIdentity.HOST.number()).isEmpty());
  }
}
