package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A dataplane of its own, without interfaces: packets go through its programs by {@code
 * BPF_PROG_TEST_RUN}. The pod under test is on interface 1, which every namespace has; its
 * neighbour on one that need not exist. Nothing is left behind.
 */
final class Lab implements AutoCloseable {
  static final MacAddress POD_MAC = MacAddress.parse("02:00:00:00:00:02");
  static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:00:01");
  static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:00:66");

  static final String POD = "10.0.1.10";
  static final String POD6 = "fd00:10:0:1::10";
  static final String NEIGHBOUR = "10.0.1.11";
  static final String NEIGHBOUR6 = "fd00:10:0:1::11";
  static final String REMOTE = "10.0.2.10";
  static final String OUTSIDE = "198.51.100.7";
  static final String OUTSIDE6 = "2001:db8::7";
  static final String NODE = "172.31.0.1";
  static final String OTHER_NODE = "172.31.0.2";
  static final int OVERLAY = 7;
  static final int TUNNEL_PORT = 8472;

  /** The first port that translations may have. */
  static final int PORT = 50_000;

  static final int POD_ID = 300;
  static final int NEIGHBOUR_ID = 301;
  static final int REMOTE_ID = 302;

  private static final AtomicInteger LABS = new AtomicInteger();
  private static final int DROP = 2;
  private static final int REDIRECT = 7;

  final NodeDataplane dataplane;
  final EndpointTable endpoints;
  final EventReader events;
  private final Settings settings;

  Lab() {
    this(65536, 100, ConnectionLifetimes.DEFAULT);
  }

  /**
   * @param share percent of the connections that one endpoint may hold
   */
  Lab(int connections, int share, ConnectionLifetimes lifetimes) {
    this(
        Settings.defaults()
            .with(Setting.NODE_CT_ENTRIES, connections)
            .with(Setting.NODE_CT_ENDPOINT_SHARE, share),
        lifetimes);
  }

  /** With these settings, but for the path of its pins. */
  Lab(Settings with, ConnectionLifetimes lifetimes) {
    String name = "slctpkt" + ProcessHandle.current().pid() + "-" + LABS.incrementAndGet();
    settings = with.with(Setting.NODE_BPF_PATH, "/sys/fs/bpf/" + name);
    dataplane = NodeDataplane.open(settings, lifetimes);
    endpoints = dataplane.endpointTable();
    events = dataplane.events();
    reset();
  }

  /** No policies, no connections, nothing told; both pods ready, the overlay on. */
  void reset() {
    for (String name :
        List.of("slc_policy", "slc_ct", "slc_drops", "slc_frag", "slc_nat", "slc_nat_clients")) {
      BpfMap map = dataplane.map(name);
      map.keys().forEach(map::delete);
    }
    empty("slc_nat_places", bytes -> true);
    empty("slc_nat_lent", bytes -> bytes[Translation.LENT] != 0);
    dataplane.shares().clear();
    pod(1, 1, POD_ID, POD, POD6, true);
    pod(2, 99, NEIGHBOUR_ID, NEIGHBOUR, NEIGHBOUR6, true);
    dataplane.monitor(false); // writes its own view of the routes too
    route(OVERLAY);
    translate(1);
    known("0.0.0.0/0", 2, null);
    known("::/0", 2, null);
    known(NODE + "/32", 1, null);
    known(OTHER_NODE + "/32", 6, null);
    known(POD + "/32", POD_ID, null);
    known(POD6 + "/128", POD_ID, null);
    known(REMOTE + "/32", REMOTE_ID, OTHER_NODE);
    told();
  }

  /** Writes zeros where an array has something. */
  private void empty(String array, Predicate<byte[]> something) {
    BpfMap map = dataplane.map(array);
    List<byte[]> keys = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          if (something.test(value)) {
            keys.add(key);
          }
        });
    map.updateAll(keys, keys.stream().map(key -> new byte[map.valueBytes()]).toList());
  }

  void pod(int id, int hostInterface, int identity, String ip4, String ip6, boolean ready) {
    List<IpAddress> addresses = List.of(IpAddress.parse(ip4), IpAddress.parse(ip6));
    EndpointSpec spec = new EndpointSpec(id, identity, addresses, POD_MAC, HOST_MAC);
    endpoints.put(new EndpointState(hostInterface, spec, ready, false, 1));
  }

  /** Whether what comes and goes by interface 1 is translated, and under which addresses. */
  void translate(int ports, String... own) {
    dataplane
        .translation()
        .begin(
            own.length == 0 ? 0 : 1,
            false,
            new Translation.Ports(PORT, PORT + ports - 1),
            List.of());
    dataplane.translation().own(Stream.of(own).map(IpAddress::parse).toList());
  }

  /** Where packets to other nodes go; 0: native routing. */
  void route(int overlay) {
    new DataplaneState(dataplane.map("slc_state")).routes(overlay, TUNNEL_PORT);
  }

  void known(String prefix, int identity, String tunnel) {
    AddressKey key = new AddressKey(Prefix.parse(prefix));
    IpAddress via = tunnel == null ? null : IpAddress.parse(tunnel);
    dataplane.put(new AddressEntry(key, identity, via));
  }

  /** Everything is allowed in this direction of the pod under test and of its neighbour. */
  Lab open(Direction direction) {
    rule(POD_ID, direction, 0, 0, 0, 0, true, 0);
    rule(NEIGHBOUR_ID, direction, 0, 0, 0, 0, true, 0);
    return this;
  }

  /** Nothing is, unless another entry says so; drops carry the cookie 9. */
  Lab closed(Direction direction) {
    rule(POD_ID, direction, 0, 0, 0, 0, false, 9);
    rule(NEIGHBOUR_ID, direction, 0, 0, 0, 0, false, 9);
    return this;
  }

  /** An entry of the policy map; see {@link PolicyKey}. */
  Lab rule(
      int subject, Direction way, int peer, int proto, int port, int bits, boolean ok, int cookie) {
    PolicyKey key = new PolicyKey(subject, way, peer, proto, port, bits);
    dataplane.put(new PolicyEntry(key, ok ? Verdict.ALLOW : Verdict.DEFAULT_DENY, 0, cookie));
    return this;
  }

  void put(PolicyEntry entry) {
    dataplane.put(entry);
  }

  /** Verdicts that connections remember are worthless from here on. */
  Lab bump() {
    endpoints.changeIf(endpoint -> true, EndpointState::bumped);
    return this;
  }

  Outcome fromPod(Packet packet) {
    return run("slc_from_pod", packet, Context.ARRIVED);
  }

  /** A packet towards the pod that this node received or forwarded. */
  Outcome toPod(Packet packet) {
    return run("slc_to_pod", packet.mac(HOST_MAC, POD_MAC), Context.ARRIVED);
  }

  /** A packet out of the tunnel, from the other node: of TCP, or as long. */
  Outcome fromOverlay(Packet packet, int identity) {
    try (Varied tunnelled = Varied.tunnelled(OTHER_NODE, identity)) {
      return outcome(
          tunnelled.into(dataplane.programFd("slc_from_overlay")), packet, Context.ARRIVED);
    }
  }

  /** A packet with the tag of a VLAN beside it: of TCP, or as long. */
  Outcome tagged(String program, Packet packet, int tag) {
    try (Varied tagged = Varied.tagged(tag)) {
      return outcome(tagged.into(dataplane.programFd(program)), packet, Context.ARRIVED);
    }
  }

  /** Runs a packet once; the reason comes from the counters. */
  Outcome run(String program, Packet packet, Context context) {
    return outcome(dataplane.programFd(program), packet, context);
  }

  private Outcome outcome(int programFd, Packet packet, Context context) {
    Map<Integer, Long> before = counts();
    TestRun.Result result = TestRun.once(programFd, packet.bytes(), context);
    List<Integer> counted = new ArrayList<>();
    counts()
        .forEach(
            (reason, packets) -> {
              for (long i = before.getOrDefault(reason, 0L); i < packets; i++) {
                counted.add(reason);
              }
            });
    return new Outcome(result.verdict(), List.copyOf(counted), result.packet());
  }

  private Map<Integer, Long> counts() {
    Map<Integer, Long> counts = new HashMap<>();
    for (DataplaneCounters.ReasonCount count : dataplane.counters().reasons()) {
      counts.merge(count.reason(), count.packets(), Long::sum);
    }
    return counts;
  }

  /** What was told since this was asked last. */
  List<KernelEvent> told() {
    List<KernelEvent> told = new ArrayList<>();
    events.drain(told::add);
    return told;
  }

  /** Of these, the drops. */
  List<KernelEvent> drops() {
    return told().stream().filter(event -> event.type() == KernelEvent.Type.DROP).toList();
  }

  @Override
  public void close() {
    events.close();
    dataplane.close();
    NodeDataplane.destroy(settings);
  }

  /**
   * What became of a packet.
   *
   * @param counted the reasons that were counted, 0 for one that passed
   */
  record Outcome(int verdict, List<Integer> counted, byte[] packet) {
    /** On to the node's stack, or to the pod. */
    Outcome passes() {
      return is(0, List.of(0));
    }

    /** Judged and sent on past the stack. */
    Outcome redirected() {
      return is(REDIRECT, List.of(0));
    }

    /** Turned into an answer that goes back; no policy was asked. */
    Outcome answered() {
      return is(REDIRECT, List.of());
    }

    /** On to the stack without a judgement. */
    Outcome untouched() {
      return is(0, List.of());
    }

    /** The next program on the interface decides. */
    Outcome leftAlone() {
      return is(-1, List.of());
    }

    /** What the packet has become. */
    Frame frame() {
      return Frame.of(packet);
    }

    Outcome drops(int reason) {
      return is(DROP, List.of(reason));
    }

    Outcome is(int wanted, List<Integer> reasons) {
      assertEquals(
          "verdict " + wanted + ", counted " + reasons,
          "verdict " + verdict + ", counted " + counted);
      return this;
    }
  }
}
