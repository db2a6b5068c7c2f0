package dev.sluice.node.apply;

import static dev.sluice.node.apply.Rows.enforced;
import static dev.sluice.node.apply.Rows.gone;
import static dev.sluice.node.apply.Rows.goneSubject;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.open;
import static dev.sluice.node.apply.Rows.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.MapSizes;
import dev.sluice.node.endpoint.EndpointState;
import dev.sluice.node.endpoint.EndpointView;
import dev.sluice.node.link.NodeNetwork;
import dev.sluice.node.link.PodLink;
import dev.sluice.schemas.convert.Row;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ApplierTest {
  private final FakeKernel kernel = new FakeKernel();
  private final FakeServices services = new FakeServices();
  private NodeNetwork network = NodeNetwork.EMPTY;
  private Applier applier = applier();
  private long now;

  private Applier applier() {
    return new Applier(
        "node-1", kernel, services, kernel, (before, after) -> network = after, change -> {});
  }

  private static PodLink link(String pod, String ip) {
    return PodLink.of("shop", pod, "u", "/x", List.of(IpAddress.parse(ip)), "eth0");
  }

  @SafeVarargs
  private boolean take(Row<DesiredRecord>... rows) {
    applier.rows(List.of(rows));
    now += 20_000_000_000L;
    return applier.step(now);
  }

  private void world() {
    applier.attach(link("a", "10.0.1.10"), 11);
    take(
        open(5, 256),
        enforced(5, 257, 8080),
        pod(5, "10.0.1.10", 256, 1, "a"),
        pod(5, "10.0.1.11", 257, 2, "b"),
        mark(5));
    applier.caughtUp();
    applier.step(now);
  }

  @Test
  void nothingIsWrittenBeforeTheEndAndAMark() {
    applier.attach(link("a", "10.0.1.10"), 11);
    assertFalse(take(open(5, 256), pod(5, "10.0.1.10", 256, 1, "a")));
    applier.caughtUp();
    assertFalse(applier.step(now));
    assertEquals(0, kernel.writes);
    assertTrue(take(mark(5)));
    assertEquals(1_005, applier.place().revision());
    assertEquals(256, kernel.endpoints.get(11).identity());
  }

  @Test
  void policyThenAddressThenEndpoint() {
    world();
    int policy = kernel.log.indexOf("policy 256");
    int address = kernel.log.indexOf("address 10.0.1.10/32=256");
    assertTrue(policy >= 0 && policy < address, kernel.log::toString);
    assertTrue(address < kernel.log.indexOf("open 1 as 256"), kernel.log::toString);
    assertEquals(EndpointState.READY, applier.endpoint("shop/a").orElseThrow().state());
    assertTrue(kernel.changing.isEmpty());
  }

  @Test
  void halfAGroupIsNotApplied() {
    world();
    int writes = kernel.writes;
    assertFalse(take(pod(6, "10.0.1.12", 256, 3, "c")));
    assertEquals(writes, kernel.writes);
    take(mark(6));
    assertEquals(writes + 1, kernel.writes, "a new pod of a known identity is one address");
  }

  @Test
  void aRestartThatFindsEverythingWritesNothing() {
    world();
    int writes = kernel.writes;
    applier = applier();
    world();
    assertEquals(writes, kernel.writes);
    assertEquals(1_005, applier.place().revision());
    assertEquals(EndpointState.READY, applier.endpoint("shop/a").orElseThrow().state());
  }

  @Test
  void aRestartPrunesWhatWentMeanwhile() {
    world();
    applier = applier();
    applier.attach(link("a", "10.0.1.10"), 11);
    take(open(9, 256), pod(9, "10.0.1.10", 256, 1, "a"), mark(9));
    assertTrue(kernel.entries.containsKey(new AddressKey(Prefix.parse("10.0.1.11"))));
    applier.caughtUp();
    applier.step(now);
    assertFalse(kernel.entries.containsKey(new AddressKey(Prefix.parse("10.0.1.11"))));
    assertEquals(256, kernel.endpoints.get(11).identity());
  }

  @Test
  void aFullMapRefusesTheStepWhole() {
    world();
    int writes = kernel.writes;
    kernel.capacity = new MapSizes(1000, 3, 1000);
    take(
        pod(6, "10.0.1.12", 256, 3, "c"),
        pod(6, "10.0.1.13", 256, 4, "d"),
        enforced(6, 257, 9090),
        mark(6));
    assertEquals(writes, kernel.writes);
    assertEquals(1_005, applier.place().revision());
    assertTrue(applier.view().message().contains("nothing was written"));
    take(gone(7, "10.0.1.13"), mark(7));
    assertEquals(1_007, applier.place().revision());
    assertEquals("", applier.view().message());
  }

  @Test
  void aFailedWriteIsRepairedFromWhatTheKernelHolds() {
    world();
    kernel.failIn = 1;
    take(enforced(6, 257, 9090), pod(6, "10.0.1.12", 256, 3, "c"), mark(6));
    assertEquals(1_005, applier.place().revision());
    assertTrue(applier.view().message().contains("no memory"));
    assertTrue(applier.retryAtNanos().isPresent());
    now += 20_000_000_000L;
    assertTrue(applier.step(now));
    assertEquals(1_006, applier.place().revision());
    assertTrue(kernel.changing.isEmpty(), "endpoints left marked by the failed step are settled");
  }

  @Test
  void aNewIdentityIsSwitchedToBeforeTheOldOneGoes() {
    world();
    kernel.log.clear();
    take(open(6, 300), pod(6, "10.0.1.10", 300, 1, "a"), goneSubject(6, 256), mark(6));
    assertEquals(300, kernel.endpoints.get(11).identity());
    assertFalse(kernel.log.contains("close a"), kernel.log::toString);
  }

  @Test
  void anEndpointThatTheLogForgetsIsClosed() {
    world();
    take(gone(6, "10.0.1.10"), mark(6));
    assertEquals(0, kernel.endpoints.get(11).identity());
    assertEquals(
        EndpointState.WAITING_FOR_IDENTITY, applier.endpoint("shop/a").orElseThrow().state());
  }

  @Test
  void anAddressThatTheLinkDoesNotHaveKeepsItClosed() {
    applier.attach(link("a", "10.0.1.99"), 11);
    take(open(5, 256), pod(5, "10.0.1.10", 256, 1, "a"), mark(5));
    applier.caughtUp();
    applier.step(now);
    EndpointView view = applier.endpoint("shop/a").orElseThrow();
    assertEquals(EndpointState.NOT_READY, view.state());
    assertTrue(view.message().contains("10.0.1.99"), view.message());
  }

  @Test
  void waitersHearWhenTheirPodIsReady() {
    CompletableFuture<EndpointView> early = applier.whenReady("shop/a");
    world();
    assertEquals(1, early.join().id());
    assertEquals(1, applier.whenReady("shop/a").join().id());
    assertFalse(applier.whenReady("shop/b").isDone());
  }

  @Test
  void whatAZombieRepeatsIsNotNews() {
    world();
    take(enforced(8, 257, 9090), mark(8));
    int writes = kernel.writes;
    take(enforced(5, 257, 8080), mark(5), mark(8));
    assertEquals(writes, kernel.writes);
    assertEquals(1_008, applier.place().revision());
  }

  @Test
  void aLogMadeAnewIsReadFromItsBeginning() {
    world();
    Row<DesiredRecord> fresh = new Row.Marked<>(2, 900_000, "h");
    assertFalse(applier.rows(List.of(fresh)));
    applier.restart("test");
    take(open(2, 256), pod(2, "10.0.1.10", 256, 1, "a"), fresh);
    assertEquals(1_005, applier.place().revision(), "the last good state until the end is seen");
    applier.caughtUp();
    applier.step(now);
    assertEquals(900_000, applier.place().revision());
  }

  @Test
  void remoteNodesBecomeRoutes() {
    world();
    take(
        Rows.address(6, "10.0.2.0/24", 3, "node-2", 0, ""),
        Rows.address(6, "10.0.1.1", 6, "node-1", 0, ""),
        mark(6));
    assertEquals("{10.0.2.0/24=[172.31.0.2, fd00:31::2]}", network.remote().toString());
    assertEquals("[10.0.1.1]", network.gateways().toString());
  }
}
