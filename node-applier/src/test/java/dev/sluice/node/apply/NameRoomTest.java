package dev.sluice.node.apply;

import static dev.sluice.node.apply.Rows.egress;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.pod;
import static dev.sluice.node.apply.Rows.room;
import static dev.sluice.node.apply.Rows.selector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.MapSizes;
import dev.sluice.node.proxy.dns.RoomWatch;
import dev.sluice.schemas.convert.Row;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is learned and has no room: refused to whoever waits, told, and let in by itself. */
class NameRoomTest {
  private static final IpAddress ADDRESS = IpAddress.parse("203.0.113.1");

  private final FakeKernel kernel = new FakeKernel();
  private final Applier applier =
      new Applier(
          "node-1", kernel, new FakeServices(), kernel, (before, after) -> {}, change -> {});
  private final List<Change<NameFinding>> told = new ArrayList<>();
  private final RoomWatch watch =
      new RoomWatch(Clock.fixed(Instant.ofEpochMilli(5), ZoneOffset.UTC), told::addAll);
  private long now;

  @SafeVarargs
  private void take(Row<DesiredRecord>... rows) {
    applier.rows(List.of(rows));
    step();
  }

  private void step() {
    now += 20_000_000_000L;
    applier.step(now);
    watch.stepped(applier);
  }

  private void world() {
    FqdnRecord.NumberedSet set =
        new FqdnRecord.NumberedSet(0xc0_0000, new SelectorSet(List.of("names"), 2));
    applier.names(List.of(Change.upsert(FqdnRecord.NumberedSet.class, set.key(), set)));
    applier.caughtUp();
    take(
        selector(5, "names", "fqdn:matchName: api.example.com,reserved:world"),
        egress(5, 256, "names", 443),
        pod(5, "10.0.1.10", 256, 1, "a"),
        mark(5));
  }

  private CompletableFuture<Void> learn() {
    return applier.learn(
        new DnsEvent.Answered(
            1, "node-1", "api.example.com", Map.of(ADDRESS, 60L), "shop/a", "", ""));
  }

  private boolean isWritten() {
    return kernel.entries.containsKey(new AddressKey(ADDRESS.single()));
  }

  @Test
  void withoutRoomForTheSubject() {
    world();
    int full = kernel.sizes().policy();
    take(room(6, full - 1), mark(6));
    assertEquals(full - 1, kernel.sizes().policy());
    CompletableFuture<Void> usable = learn();
    step();
    assertInstanceOf(NoRoomException.class, usable.exceptionNow());
    assertFalse(isWritten());
    assertEquals(1, told.size());
    assertEquals("CiliumNetworkPolicy/shop/p|names-without-room", told.getFirst().key());
    String message = told.getFirst().value().message();
    assertTrue(
        message.startsWith(
            "there is no room for addresses under matchName: api.example.com: with them the pods"
                + " with app=app-256 (identity 256) would need "),
        message);
    take(room(7, full), mark(7));
    assertTrue(told.getLast().isRemoval());
    assertTrue(isWritten(), "what waited is let in");
    assertTrue(learn().isDone());
  }

  @Test
  void withoutRoomInTheNodesMap() {
    NameRoomTest roomy = new NameRoomTest();
    roomy.world();
    kernel.capacity = new MapSizes(roomy.kernel.sizes().policy() - 1, 1000, 1000);
    world();
    take(pod(6, "10.0.1.11", 256, 2, "b"), mark(6));
    CompletableFuture<Void> usable = learn();
    step();
    assertInstanceOf(NoRoomException.class, usable.exceptionNow());
    assertEquals(1_006, applier.place().revision(), "the rest of the step has happened");
    assertTrue(kernel.entries.containsKey(new AddressKey(Prefix.parse("10.0.1.11"))));
    assertTrue(told.getFirst().value().message().endsWith("or raise node.policy.entries"));
  }
}
