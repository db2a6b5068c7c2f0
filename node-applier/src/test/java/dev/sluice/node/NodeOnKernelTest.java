package dev.sluice.node;

import static dev.sluice.node.apply.Rows.address;
import static dev.sluice.node.apply.Rows.egress;
import static dev.sluice.node.apply.Rows.enforced;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.member;
import static dev.sluice.node.apply.Rows.open;
import static dev.sluice.node.apply.Rows.pod;
import static dev.sluice.node.apply.Rows.room;
import static dev.sluice.node.apply.Rows.selector;
import static dev.sluice.node.apply.Rows.service;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.NoRoomException;
import dev.sluice.node.kernel.BpfCalls;
import dev.sluice.node.kernel.RequiresKernel;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.Verdict;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two pods on one node: real links, real programs, real packets; only Kafka is not there. */
@RequiresKernel
class NodeOnKernelTest {
  private static final List<Row<DesiredRecord>> WORLD =
      List.of(
          address(5, "172.31.0.1", 6, "node-1", 0, ""),
          open(5, 256),
          enforced(5, 257, 8080),
          pod(5, "10.0.1.10", 256, 1, "a"),
          pod(5, "fd00:10:0:1::10", 256, 1, "a"),
          pod(5, "10.0.1.11", 257, 2, "b"),
          pod(5, "fd00:10:0:1::11", 257, 2, "b"),
          mark(5));

  /** Identity of a set of names. */
  private static final int SET = 0xc0_0000;

  private static final int HEALTH_PORT = 32001;

  @TempDir Path folder;
  private final BlockingQueue<Flow> flows = new LinkedBlockingQueue<>();
  private TestNode node;
  private NodeCore core;

  @BeforeEach
  void start() {
    node = TestNode.alone(folder);
    node.makeNamespace("a");
    node.makeNamespace("b");
    core = openCore();
  }

  @AfterEach
  void stop() throws IOException {
    if (core != null) {
      core.close();
    }
    node.close();
  }

  private NodeCore openCore() {
    return openCore(node.settings);
  }

  private NodeCore openCore(Settings settings) {
    NodeCore opened = NodeCore.open(settings, TestNode.NOTHING_BREAKS);
    opened.flows().writeTo(flows::add);
    return opened;
  }

  private void take(List<Row<DesiredRecord>> rows) {
    TestNode.take(core, rows);
  }

  private void takeAndRealise(List<Row<DesiredRecord>> rows) {
    take(rows);
    core.applier().ask(target -> target.place()).join();
  }

  private JsonNode ask(String request) throws IOException {
    return node.ask(request);
  }

  private void addPods() throws IOException {
    node.addPod("a", "10.0.1.10", "fd00:10:0:1::10");
    node.addPod("b", "10.0.1.11", "fd00:10:0:1::11");
  }

  private void awaitReady() throws IOException {
    for (String pod : List.of("a", "b")) {
      assertEquals(1_005, node.awaitReady(pod).path("revision").asLong());
    }
  }

  private boolean connects(String from, String to, String address, int port) throws IOException {
    return node.connects(from, node, to, address, port, 700);
  }

  private Flow await(java.util.function.Predicate<Flow> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
    while (System.nanoTime() < deadline) {
      Flow flow = flows.poll(100, TimeUnit.MILLISECONDS);
      if (flow != null && wanted.test(flow)) {
        return flow;
      }
    }
    throw new AssertionError("no such flow");
  }

  @Test
  void podsAreClosedUntilTheirPolicyIsRealisedAndThenJudged() throws Exception {
    addPods();
    assertNotEquals(0, node.in("b", "ping", "-c1", "-W1", "10.0.1.10"));
    take(WORLD);
    awaitReady();
    assertEquals(0, node.in("b", "ping", "-c1", "-W2", "10.0.1.10"));
    assertEquals(0, node.in("b", "ping", "-6", "-c1", "-W2", "fd00:10:0:1::10"));
    assertTrue(connects("a", "b", "10.0.1.11", 8080));
    assertTrue(connects("a", "b", "fd00:10:0:1::11", 8080));
    assertFalse(connects("a", "b", "10.0.1.11", 9090));
    assertFalse(connects("a", "b", "fd00:10:0:1::11", 9090));
    assertEquals(0, node.in("n", "ping", "-c1", "-W2", "10.0.1.11"), "a node reaches its pods");

    Flow drop = await(flow -> flow.getVerdict() == Verdict.DROPPED && flow.getProtocol() == 6);
    assertEquals(133, drop.getDropReason());
    assertEquals(9090, drop.getDestinationPort());
    assertEquals("a", drop.getSource().getPod());
    assertEquals(List.of("CiliumNetworkPolicy/shop/p"), drop.getDeniedBy());
  }

  /** Whatever of the refused step would have let somebody in. */
  @Test
  void podsStayClosedOnANodeWhosePolicyMapWouldOverflow() throws Exception {
    core.close();
    NodeTeardown.run(node.settings);
    core = openCore(node.settings.with(Setting.NODE_POLICY_ENTRIES, 24));
    addPods();
    List<Row<DesiredRecord>> world = new ArrayList<>(WORLD);
    // Every second port, so that no two of them become one prefix.
    int[] ports = IntStream.range(0, 30).map(i -> 8080 + 2 * i).toArray();
    world.set(2, enforced(5, 257, "", ports));
    takeAndRealise(world);
    String message = ask("{\"op\":\"status\"}").path("message").asText();
    assertTrue(
        message.contains("the maps hold") && message.endsWith("nothing was written"), message);
    assertEquals(0, ask("{\"op\":\"dump\",\"map\":\"policy\"}").path("entries").size());
    for (JsonNode endpoint : ask("{\"op\":\"endpoints\"}").path("endpoints")) {
      assertNotEquals("ready", endpoint.path("state").asText(), endpoint::toString);
    }
    assertFalse(connects("a", "b", "10.0.1.11", 8080));
    assertFalse(connects("a", "b", "fd00:10:0:1::11", 8080));
    assertFalse(connects("b", "a", "10.0.1.10", 8080), "the one that nothing is enforced for, too");

    take(List.of(enforced(6, 257, 8080), mark(6)));
    assertEquals(1_006, node.awaitReady("a").path("revision").asLong());
    assertEquals(1_006, node.awaitReady("b").path("revision").asLong());
    assertTrue(connects("a", "b", "10.0.1.11", 8080));
    assertTrue(connects("a", "b", "fd00:10:0:1::11", 8080));
    assertTrue(connects("b", "a", "10.0.1.10", 8080));
    assertFalse(connects("a", "b", "10.0.1.11", 8082));
  }

  @Test
  void connectionsLeaveAFlowThatSaysWhichRuleLetThemIn() throws Exception {
    addPods();
    take(WORLD);
    awaitReady();
    assertTrue(connects("a", "b", "10.0.1.11", 8080));
    Flow start =
        await(flow -> flow.getKind() == FlowKind.START && flow.getDestinationPort() == 8080);
    assertEquals(
        List.of("CiliumNetworkPolicy/shop/p#spec.ingress[0].toPorts[0]"), start.getAllowedBy());
    assertEquals("b", start.getDestination().getPod());
    JsonNode events = ask("{\"op\":\"status\"}").path("events");
    assertTrue(events.path("produced").asLong() > 0);
    JsonNode connections = ask("{\"op\":\"dump\",\"map\":\"ct\"}").path("entries");
    assertTrue(connections.toString().contains("8080"), connections::toString);
    JsonNode policy = ask("{\"op\":\"dump\",\"map\":\"policy\"}").path("entries");
    assertTrue(policy.toString().contains("CiliumNetworkPolicy/shop/p"), policy::toString);
  }

  @Test
  void aRestartWritesNothingWhenNothingChanged() throws Exception {
    addPods();
    take(WORLD);
    awaitReady();
    core.close();
    assertTrue(connects("a", "b", "10.0.1.11", 8080), "the kernel judges alone");
    assertFalse(connects("a", "b", "10.0.1.11", 9090));
    try (BpfCalls calls = new BpfCalls(ProcessHandle.current().pid())) {
      core = openCore();
      take(WORLD);
      awaitReady();
      assertEquals(
          List.of(),
          calls.seen().stream().filter(call -> !call.contains(" dns-")).toList(),
          "all but the sockets of the new process' proxy");
      int before = calls.seen().size();
      takeAndRealise(List.of(pod(6, "10.0.1.12", 256, 3, "c"), mark(6)));
      assertEquals(before + 1, calls.seen().size(), "one address is one write");
    }
    assertTrue(connects("a", "b", "10.0.1.11", 8080));
  }

  /**
   * Of three subjects whose rules select it two have endpoints here: an entry for each of their
   * port rules, all in one call. Around it each of the two endpoints is marked as changing, in one
   * record, and as changed, in both; then the address is one call.
   */
  @Test
  void aNewIdentityIsWrittenOnceForEachPortRuleOfTheSubjectsHere() throws Exception {
    addPods();
    List<Row<DesiredRecord>> world = new ArrayList<>(WORLD);
    world.set(1, enforced(5, 256, "frontend", 8080, 8443));
    world.set(2, enforced(5, 257, "frontend", 80, 90, 9000));
    world.add(3, enforced(5, 300, "frontend", 80));
    world.add(4, enforced(5, 301, "other", 80));
    take(world);
    awaitReady();
    int entries = ask("{\"op\":\"dump\",\"map\":\"policy\"}").path("entries").size();
    try (BpfCalls calls = new BpfCalls(ProcessHandle.current().pid())) {
      takeAndRealise(List.of(member(6, "frontend", 400), mark(6)));
      List<String> written = calls.seen();
      assertEquals(1 + 2 * 3, written.size(), () -> String.join("\n", written));
      assertEquals(1, written.stream().filter(BpfCalls::isBatch).count());
      int more = ask("{\"op\":\"dump\",\"map\":\"policy\"}").path("entries").size() - entries;
      assertEquals(2 + 3, more);
      takeAndRealise(List.of(address(7, "10.0.2.30", 400, "node-2", 9, "c"), mark(7)));
      assertEquals(written.size() + 1, calls.seen().size(), "its address is one write");
      takeAndRealise(List.of(member(8, "elsewhere", 401), mark(8)));
      assertEquals(written.size() + 1, calls.seen().size(), "nobody here selects it");
    }
  }

  /**
   * The settings leave pod a one entry less than an address of a name needs: it stays what it is
   * without the name, whoever learns it is told, and everything else of the step happens. With room
   * it is let in by itself.
   */
  @Test
  void anAddressOfANameWithoutRoomIsRefusedAndTheRestOfTheStepIsNot() throws Exception {
    addPods();
    List<Row<DesiredRecord>> world = new ArrayList<>(WORLD);
    world.set(1, egress(5, 256, "names", 443));
    world.add(
        world.size() - 1, selector(5, "names", "fqdn:matchName: api.example.com,reserved:world"));
    take(world);
    awaitReady();
    int alone = policyEntriesOf(256);
    takeAndRealise(List.of(room(6, alone), mark(6)));
    FqdnRecord.NumberedSet set =
        new FqdnRecord.NumberedSet(SET, new SelectorSet(List.of("names"), 2));
    assertInstanceOf(NoRoomException.class, learn(set));
    assertFalse(connects("a", "172.31.0.77"));
    Flow drop = await(flow -> "172.31.0.77".equals(flow.getDestinationIp()));
    assertEquals(Verdict.DROPPED, drop.getVerdict());
    assertEquals(2, drop.getDestination().getIdentity(), "it is part of the world, as before");
    assertEquals(alone, policyEntriesOf(256));
    takeAndRealise(List.of(pod(7, "10.0.1.12", 256, 3, "c"), mark(7)));
    assertEquals(1_007, core.applier().ask(target -> target.place().revision()).join());
    assertEquals("", ask("{\"op\":\"status\"}").path("message").asText(), "no step has failed");

    takeAndRealise(List.of(room(8, alone + 1), mark(8)));
    assertNull(learn(set));
    assertEquals(alone + 1, policyEntriesOf(256));
    assertFalse(connects("a", "172.31.0.77"), "nobody is there");
    Flow start =
        await(
            flow ->
                flow.getKind() == FlowKind.START && "172.31.0.77".equals(flow.getDestinationIp()));
    assertEquals(SET, start.getDestination().getIdentity());
  }

  /** Hands in a set and an answer that needs it; why it cannot be used, or null. */
  private Throwable learn(FqdnRecord.NumberedSet set) {
    DnsEvent.Answered answer =
        new DnsEvent.Answered(
            System.currentTimeMillis(),
            "node-1",
            "api.example.com",
            Map.of(IpAddress.parse("172.31.0.77"), 60L),
            "shop/a",
            "10.0.1.10",
            "10.0.1.11");
    return core.applier()
        .ask(
            target -> {
              target.names(List.of(Change.upsert(FqdnRecord.NumberedSet.class, set.key(), set)));
              return target.learn(answer);
            })
        .thenCompose(usable -> usable)
        .handle((done, failed) -> failed == null ? null : unwrapped(failed))
        .join();
  }

  private static Throwable unwrapped(Throwable failed) {
    return failed instanceof CompletionException ? failed.getCause() : failed;
  }

  private boolean connects(String from, String outside) {
    return node.inside(
        from,
        () -> {
          try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(outside, 443), 300);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  private int policyEntriesOf(int identity) throws IOException {
    int entries = 0;
    for (JsonNode entry : ask("{\"op\":\"dump\",\"map\":\"policy\"}").path("entries")) {
      entries += entry.path("subject").asInt() == identity ? 1 : 0;
    }
    return entries;
  }

  @Test
  void aSuccessorKnowsWhatWasReadBeforeItHasReadAnything() throws Exception {
    addPods();
    take(WORLD);
    awaitReady();
    core.close();
    core = openCore();
    assertTrue(core.applier().ask(target -> target.known().isPresent()).join());
  }

  @Test
  void aSuccessorAnswersForHealthBeforeItHasReadAnything() throws Exception {
    assertEquals(0, node.in("n", "ip", "link", "set", "lo", "up"));
    List<Row<DesiredRecord>> rows = new ArrayList<>(WORLD.subList(0, WORLD.size() - 1));
    rows.add(service(5, checkedFrontend()));
    rows.add(
        service(
            5,
            new ServiceRow.Backend(
                1, IpAddress.parse("10.0.1.10"), 8080, true, "node-1", List.of(), List.of())));
    rows.add(mark(5));
    take(rows);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
    while (!askHealth().equals("HTTP/1.1 200 OK")) { // told after the step that realised it
      assertTrue(System.nanoTime() < deadline, "nobody answers for health");
      Thread.onSpinWait();
    }
    core.close();
    assertEquals("refused", askHealth());
    core = openCore();
    assertEquals("HTTP/1.1 200 OK", askHealth());
  }

  private static ServiceRow.Frontend checkedFrontend() {
    return new ServiceRow.Frontend(
        1,
        "shop",
        "web",
        "",
        ServiceRow.Kind.LOAD_BALANCER,
        IpAddress.parse("198.51.100.10"),
        80,
        6,
        1,
        true,
        0,
        List.of(),
        HEALTH_PORT);
  }

  /** The first line of what the port in the node's namespace says. */
  private String askHealth() {
    return node.inside(
        "n",
        () -> {
          try (Socket client = new Socket("172.31.0.1", HEALTH_PORT)) {
            client.getOutputStream().write("GET /healthz HTTP/1.0\r\n\r\n".getBytes(UTF_8));
            return new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))
                .readLine();
          } catch (ConnectException e) {
            return "refused";
          }
        });
  }

  @Test
  void aPodThatGoesTakesItsLinkAlong() throws Exception {
    addPods();
    take(WORLD);
    awaitReady();
    for (int i = 0; i < 2; i++) {
      JsonNode gone = ask("{\"op\":\"del\",\"namespace\":\"shop\",\"pod\":\"b\"}");
      assertTrue(gone.path("ok").asBoolean(), gone::toString);
    }
    assertNotEquals(0, node.in("a", "ping", "-c1", "-W1", "10.0.1.11"));
    assertEquals(1, ask("{\"op\":\"endpoints\"}").path("endpoints").size());
    addPods();
    awaitReady();
    assertTrue(connects("a", "b", "10.0.1.11", 8080));
  }
}
