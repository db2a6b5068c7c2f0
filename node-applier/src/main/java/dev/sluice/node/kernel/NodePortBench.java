package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

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
import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.node.kernel.TestRunBench.Measured;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What a packet of a client outside costs on the uplink, by {@code BPF_PROG_TEST_RUN}: from the
 * frame to the redirect, with a hundred backends. Needs root; leaves nothing behind.
 */
public final class NodePortBench implements AutoCloseable {
  private static final String NODE = "172.31.0.1";
  private static final String OTHER_NODE = "172.31.0.2";
  private static final int CLIENT = 0xc6336407; // 198.51.100.7
  private static final int REMOTE_PORT = 30080;
  private static final int LOCAL_PORT = 30081;
  private static final int BACKENDS = 100;
  private static final int REPEAT = 400_000;
  private static final int FRESH = 16_000;
  private static final int PORTS = 16_384;
  private static final int VARY_SOURCE_AND_PORT = 3;

  /** Each run rewrites the packet: the next one begins with it as it came. */
  private static final int VARY_WHOLE = 8;

  private static final int REDIRECT = 7;
  private static final int ACK = 0x10;

  /** The first port that {@code vary.bpf.c} gives. */
  private static final int FIRST_PORT = 1024;

  private static final int FRAME_BYTES = 54;

  private final Settings settings;
  private final NodeDataplane dataplane;
  private final BpfObject varying;
  private final EventReader events;

  private NodePortBench(int rounds) throws IOException {
    int connections = rounds * 2 * FRESH + 100_000;
    settings =
        Settings.defaults()
            .with(
                Setting.NODE_BPF_PATH,
                "/sys/fs/bpf/sluice/v1/slcfront" + ProcessHandle.current().pid())
            .with(Setting.NODE_CT_ENTRIES, connections)
            .with(Setting.NODE_NAT_ENTRIES, connections)
            .with(Setting.NODE_CT_ENDPOINT_SHARE, 100);
    dataplane = NodeDataplane.open(settings);
    try (InputStream in = NodePortBench.class.getResourceAsStream("vary.bpf.o")) {
      varying = BpfObject.open(in.readAllBytes()).load();
    }
    events = dataplane.events();
    TestRunBench.fill(dataplane, 0);
    dataplane.put(
        new PolicyEntry(
            new PolicyKey(300, Direction.INGRESS, 2, 6, 8080, 16), Verdict.ALLOW, 0, 1));
    new DataplaneState(dataplane.map("slc_state")).routes(7, 8472);
    dataplane
        .translation()
        .begin(1, false, new Translation.Ports(65_536 - PORTS, 65_535), List.of());
    dataplane.translation().own(List.of(IpAddress.parse(NODE)));
    known(NODE, 1, null);
    known(TestRunBench.SERVER, 300, null);
    serve();
  }

  private void known(String address, int identity, String tunnel) {
    IpAddress via = tunnel == null ? null : IpAddress.parse(tunnel);
    dataplane.put(new AddressEntry(new AddressKey(Prefix.parse(address + "/32")), identity, via));
  }

  private void serve() {
    NodeServices services = new NodeServices("n1", Maglev.DEFAULT_SIZE);
    services.apply(put(frontend(1, REMOTE_PORT)));
    services.apply(put(frontend(2, LOCAL_PORT)));
    services.apply(put(backend(2, TestRunBench.SERVER)));
    for (int i = 1; i <= BACKENDS; i++) {
      String address = "10.0.2." + i;
      known(address, 301, OTHER_NODE);
      services.apply(put(backend(1, address)));
    }
    dataplane.services().put(services.plan().puts());
  }

  private static Change<ServiceRow> put(ServiceRow row) {
    return Change.upsert(row.getClass(), row.key(), row);
  }

  private static ServiceRow.Frontend frontend(int group, int port) {
    return new ServiceRow.Frontend(
        group + 10,
        "shop",
        "web",
        "",
        ServiceRow.Kind.NODE_PORT,
        IpAddress.v4(0),
        port,
        6,
        group,
        false,
        0,
        List.of(),
        0);
  }

  private static ServiceRow.Backend backend(int group, String address) {
    return new ServiceRow.Backend(
        group, IpAddress.parse(address), 8080, true, "n1", List.of(), List.of());
  }

  /** A segment of the client to a node port. */
  private static byte[] tcp(int port, int flags) {
    byte[] packet = TestRunBench.tcp(port, flags);
    return ByteBuffer.wrap(packet).putInt(26, CLIENT).putInt(30, 0xac1f0001).array();
  }

  /**
   * Measures every row.
   *
   * @param rounds how often each is measured; the median counts
   */
  public static List<Measured> measure(int rounds) throws IOException {
    try (NodePortBench bench = new NodePortBench(rounds)) {
      return bench.rows(rounds);
    }
  }

  private List<Measured> rows(int rounds) {
    double[][] rows = new double[4][rounds];
    for (int round = 0; round < rounds; round++) {
      rows[0][round] = known(REMOTE_PORT, 4 * round);
      rows[1][round] = fresh(REMOTE_PORT, 4 * round + 1);
      rows[2][round] = known(LOCAL_PORT, 4 * round + 2);
      rows[3][round] = fresh(LOCAL_PORT, 4 * round + 3);
    }
    return List.of(
        new Measured("NodePort, backend elsewhere, established", median(rows[0]), 200),
        new Measured("NodePort, backend elsewhere, new connection", median(rows[1]), 400),
        new Measured("NodePort, backend here and judged, established", median(rows[2]), Double.NaN),
        new Measured(
            "NodePort, backend here and judged, new connection", median(rows[3]), Double.NaN));
  }

  /** Packets of one connection, which is another one each time. */
  private double known(int port, int client) {
    vary(VARY_WHOLE | VARY_SOURCE_AND_PORT, client);
    through(true, port, TestRunBench.SYN, 1);
    vary(VARY_WHOLE, client);
    // What the port was varied to first: the connection that is known.
    ByteBuffer frame = ByteBuffer.wrap(tcp(port, ACK)).putInt(26, CLIENT + client);
    frame.putShort(34, (short) FIRST_PORT);
    double with = through(true, frame.array(), REPEAT);
    return with - through(false, frame.array(), REPEAT);
  }

  /** Each packet from another port; of one client, which is another one each time. */
  private double fresh(int port, int client) {
    vary(VARY_WHOLE | VARY_SOURCE_AND_PORT, client);
    double with = through(true, port, TestRunBench.SYN, FRESH);
    vary(VARY_WHOLE | VARY_SOURCE_AND_PORT, client);
    return with - through(false, port, TestRunBench.SYN, FRESH);
  }

  private double through(boolean through, int port, int flags, int count) {
    return through(through, tcp(port, flags), count);
  }

  /** Nanoseconds of one packet, which must be sent on each time. */
  private double through(boolean through, byte[] packet, int count) {
    varying.map("slc_frame").update(new byte[4], Arrays.copyOf(packet, FRAME_BYTES));
    if (through) {
      ByteBuffer fd = buffer(4).putInt(dataplane.programFd("slc_from_uplink"));
      varying.map("slc_under_test").update(new byte[4], fd.array());
    } else {
      varying.map("slc_under_test").delete(new byte[4]);
    }
    TestRun.Result result =
        TestRun.many(varying.programFd("slc_vary_and_run"), packet, TestRun.Context.ARRIVED, count);
    events.drain(event -> {});
    if (through && result.verdict() != REDIRECT) {
      throw new IllegalStateException(
          "a client's packet was not sent on: the program returned " + result.verdict());
    }
    return result.nanos();
  }

  private void vary(int what, int client) {
    ByteBuffer value = buffer(16).putInt(what).putInt(1).putInt(CLIENT + client).putInt(0);
    varying.map("slc_vary").update(new byte[4], value.array());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  @Override
  public void close() {
    events.close();
    varying.close();
    dataplane.close();
    NodeDataplane.destroy(settings);
  }

  /** Prints the table: {@code NodePortBench [ROUNDS]}. */
  public static void main(String[] arguments) throws IOException {
    int rounds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
    for (Measured row : measure(rounds)) {
      System.out.printf("%-50s %7.0f ns/packet%n", row.what(), row.nanos());
    }
  }
}
