package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.TestRunBed.VARY_LISTED;
import static dev.sluice.node.kernel.TestRunBed.VARY_PORT;
import static dev.sluice.node.kernel.TestRunBed.VARY_TUNNEL;
import static dev.sluice.node.kernel.TestRunBed.VARY_WHOLE;
import static dev.sluice.node.kernel.TestRunBed.median;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.service.Maglev;
import dev.sluice.core.service.NodeServices;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.kernel.TestRunBench.Measured;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a packet to a Service costs where packets are translated, by {@code BPF_PROG_TEST_RUN}: from
 * the frame to the redirect, with a hundred backends and tables of the size that nodes have by
 * default; that of a client outside on the uplink, and that of a pod whose socket no program saw.
 * Needs root; leaves nothing behind.
 */
public final class NodePortBench implements AutoCloseable {
  private static final String NODE = "172.31.0.1";
  private static final String OTHER_NODE = "172.31.0.2";
  private static final int CLIENT = 0xc6336407; // 198.51.100.7
  private static final int REMOTE_PORT = 30080;
  private static final int LOCAL_PORT = 30081;

  /** Of a Service with one backend, elsewhere. */
  private static final int LAST_PORT = 30082;

  private static final int CLUSTER_IP = 0x0a600050; // 10.96.0.80
  private static final int WORLD = 0xcb007107; // 203.0.113.7
  private static final int BACKENDS = 100;
  private static final int REPEAT = 400_000;
  private static final int FRESH = 16_000;

  /** Fewer than half of the ports, so that few are looked for twice. */
  private static final int ANSWERED = 8_000;

  private static final int PORTS = 16_384;
  private static final int PASS = 0;
  private static final int REDIRECT = 7;
  private static final int ACK = 0x10;

  /** The first port that {@code vary.bpf.c} gives. */
  private static final int FIRST_PORT = 1024;

  private final TestRunBed bed;

  /** One kind of packet. */
  private record Sent(String program, int source, int destination, int port, int verdict) {
    static Sent fromOutside(int client, int port) {
      return new Sent("slc_from_uplink", CLIENT + client, 0xac1f0001, port, REDIRECT);
    }

    /** What a backend answers, to a port of the node. */
    static Sent fromBackend(int backend) {
      return new Sent("slc_from_overlay", backend, 0xac1f0001, 0, REDIRECT);
    }

    static Sent fromPod(int destination, int verdict) {
      return new Sent("slc_from_pod", 0x0a00010a, destination, 80, verdict);
    }

    byte[] frame(int flags) {
      byte[] packet = TestRunBench.tcp(port, flags);
      ByteBuffer.wrap(packet).putInt(26, source).putInt(30, destination);
      if (program.equals("slc_from_overlay")) {
        ByteBuffer.wrap(packet).putShort(34, (short) 8080);
      }
      if (program.equals("slc_from_pod")) { // the other way over the pod's link
        byte[] to = Arrays.copyOf(packet, 6);
        System.arraycopy(packet, 6, packet, 0, 6);
        System.arraycopy(to, 0, packet, 6, 6);
      }
      return packet;
    }
  }

  private NodePortBench(String name) throws IOException {
    bed = new TestRunBed("front" + name);
    NodeDataplane dataplane = bed.dataplane;
    TestRunBench.fill(dataplane, 0);
    allow(Direction.INGRESS, 2, 8080);
    allow(Direction.EGRESS, 2, 80);
    allow(Direction.EGRESS, 301, 8080);
    new DataplaneState(dataplane.map("slc_state")).routes(7, 8472);
    dataplane
        .translation()
        .begin(1, false, new Translation.Ports(65_536 - PORTS, 65_535), List.of());
    dataplane.translation().own(List.of(IpAddress.parse(NODE)));
    known(NODE, 1, null);
    known(OTHER_NODE, 6, null);
    known(TestRunBench.SERVER, 300, null);
    serve();
  }

  private void allow(Direction direction, int peer, int port) {
    PolicyKey key = new PolicyKey(300, direction, peer, 6, port, 16);
    bed.dataplane.put(new PolicyEntry(key, Verdict.ALLOW, 0, 1));
  }

  private void known(String address, int identity, String tunnel) {
    IpAddress via = tunnel == null ? null : IpAddress.parse(tunnel);
    bed.dataplane.put(
        new AddressEntry(new AddressKey(Prefix.parse(address + "/32")), identity, via));
  }

  private void serve() {
    NodeServices services = new NodeServices("n1", Maglev.DEFAULT_SIZE, false);
    ServiceRow.Kind any = ServiceRow.Kind.NODE_PORT;
    services.apply(put(frontend(11, any, 0, REMOTE_PORT, 1)));
    services.apply(put(frontend(12, any, 0, LOCAL_PORT, 2)));
    services.apply(put(frontend(13, ServiceRow.Kind.CLUSTER_IP, CLUSTER_IP, 80, 1)));
    services.apply(put(frontend(14, any, 0, LAST_PORT, 3)));
    services.apply(put(backend(3, "10.0.2." + BACKENDS)));
    services.apply(put(backend(2, TestRunBench.SERVER)));
    for (int i = 1; i <= BACKENDS; i++) {
      String address = "10.0.2." + i;
      known(address, 301, OTHER_NODE);
      services.apply(put(backend(1, address)));
    }
    bed.dataplane.services().put(services.plan().puts());
  }

  private static Change<ServiceRow> put(ServiceRow row) {
    return Change.upsert(row.getClass(), row.key(), row);
  }

  private static ServiceRow.Frontend frontend(
      int id, ServiceRow.Kind kind, int address, int port, int group) {
    return new ServiceRow.Frontend(
        id, "shop", "web", "", kind, IpAddress.v4(address), port, 6, group, false, 0, List.of(), 0);
  }

  private static ServiceRow.Backend backend(int group, String address) {
    return new ServiceRow.Backend(
        group, IpAddress.parse(address), 8080, true, "n1", List.of(), List.of());
  }

  /**
   * Measures every row.
   *
   * @param rounds how often each is measured; the median counts
   */
  public static List<Measured> measure(int rounds) throws IOException {
    try (NodePortBench bench = new NodePortBench("")) {
      return bench.rows(rounds);
    }
  }

  /** New connections are made in tables that are empty, each round. */
  private List<Measured> rows(int rounds) throws IOException {
    double[][] rows = new double[10][rounds];
    Sent world = Sent.fromPod(WORLD, PASS);
    Sent service = Sent.fromPod(CLUSTER_IP, REDIRECT);
    for (int round = 0; round < rounds; round++) {
      rows[0][round] = known(Sent.fromOutside(2 * round, REMOTE_PORT));
      rows[2][round] = known(Sent.fromOutside(2 * round + 1, LOCAL_PORT));
      rows[4][round] = known(world);
      rows[5][round] = known(service);
      try (NodePortBench empty = new NodePortBench("-new")) {
        rows[1][round] = empty.fresh(Sent.fromOutside(0, REMOTE_PORT));
        rows[3][round] = empty.fresh(Sent.fromOutside(1, LOCAL_PORT));
        rows[6][round] = empty.fresh(service);
      }
      for (int crowd = 0; crowd < 2; crowd++) {
        try (NodePortBench crowded = new NodePortBench("-crowd")) {
          crowded.lend(crowd == 0 ? 50 : 90);
          rows[8 + crowd][round] = crowded.fresh(Sent.fromOutside(0, REMOTE_PORT));
        }
      }
      try (NodePortBench empty = new NodePortBench("-answered")) {
        rows[7][round] = empty.answered();
      }
    }
    return List.of(
        new Measured("NodePort, backend elsewhere, established", median(rows[0]), 200),
        new Measured("NodePort, backend elsewhere, new connection", median(rows[1]), 400),
        new Measured("the same, half of the ports lent before", median(rows[8]), Double.NaN),
        new Measured("the same, nine tenths of them", median(rows[9]), Double.NaN),
        new Measured("the first answer to a new one", median(rows[7]), Double.NaN),
        new Measured("NodePort, backend here and judged, established", median(rows[2]), Double.NaN),
        new Measured(
            "NodePort, backend here and judged, new connection", median(rows[3]), Double.NaN),
        new Measured("from a pod to the world, established", median(rows[4]), Double.NaN),
        new Measured("from a pod to a Service, established", median(rows[5]), Double.NaN),
        new Measured("from a pod to a Service, new connection", median(rows[6]), Double.NaN));
  }

  /** Has so many of a hundred ports lent, here and there: to nobody, so that no sweep ends it. */
  private void lend(int percent) {
    BpfMap ports = bed.dataplane.map("slc_nat_lent");
    Random random = new Random(percent);
    List<byte[]> lent =
        ports.keys().stream().filter(place -> random.nextInt(100) < percent).toList();
    byte[] nobodys = new byte[ports.valueBytes()];
    nobodys[Translation.LENT] = 1;
    ports.updateAll(lent, lent.stream().map(place -> nobodys).toList());
  }

  /** Packets of one connection. */
  private double known(Sent sent) {
    byte[] frame = ByteBuffer.wrap(sent.frame(ACK)).putShort(34, (short) FIRST_PORT).array();
    bed.vary(VARY_WHOLE | VARY_PORT, 0, 0, 0);
    through(sent, sent.frame(TestRunBench.SYN), 1);
    if (sent.port == REMOTE_PORT) {
      answer(sent.source);
    }
    return alone(sent, frame, VARY_WHOLE, REPEAT);
  }

  /** Each packet from another port. */
  private double fresh(Sent sent) {
    return alone(sent, sent.frame(TestRunBench.SYN), VARY_WHOLE | VARY_PORT, FRESH);
  }

  /** Each packet the first answer to one that opened. */
  private double answered() {
    Sent opens = Sent.fromOutside(0, LAST_PORT);
    bed.vary(VARY_WHOLE | VARY_PORT, 0, 0, 0);
    through(opens, opens.frame(TestRunBench.SYN), ANSWERED);
    return answer(opens.source);
  }

  /** The backend of what a client opened answers it: all of it, if there is one backend. */
  private double answer(int client) {
    List<Translation.Translated> opened =
        bed.dataplane.translation().all().stream()
            .filter(entry -> entry.newDestination().address().equals(IpAddress.v4(client)))
            .toList();
    byte[] backend = opened.getFirst().source().address().mapped();
    Sent answer = Sent.fromBackend(ByteBuffer.wrap(backend).getInt(12));
    bed.listed(opened.stream().mapToInt(entry -> entry.destination().port()).toArray());
    bed.tunnel(301, 0xac1f0002);
    byte[] frame = answer.frame(TestRunBench.SYN | ACK);
    return alone(answer, frame, VARY_WHOLE | VARY_LISTED | VARY_TUNNEL, opened.size());
  }

  /** Nanoseconds of one packet, without what varying it costs. */
  private double alone(Sent sent, byte[] frame, int what, int count) {
    bed.vary(what, 0, 0, 0);
    double with = through(sent, frame, count);
    bed.vary(what, 0, 0, 0);
    return with - bed.varied(null, frame, count);
  }

  /** Nanoseconds of one packet, which must fare as it should. */
  private double through(Sent sent, byte[] frame, int count) {
    return bed.varied(sent.program(), frame, count, sent.verdict());
  }

  @Override
  public void close() {
    bed.close();
  }

  /** Prints the table: {@code NodePortBench [ROUNDS]}. */
  public static void main(String[] arguments) throws IOException {
    int rounds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
    for (Measured row : measure(rounds)) {
      System.out.printf("%-50s %7.0f ns/packet%n", row.what(), row.nanos());
    }
  }
}
