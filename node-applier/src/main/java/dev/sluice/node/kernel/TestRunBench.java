package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.TestRunBed.VARY_PORT;
import static dev.sluice.node.kernel.TestRunBed.VARY_SOURCE;
import static dev.sluice.node.kernel.TestRunBed.median;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a packet costs in the program towards a pod, by {@code BPF_PROG_TEST_RUN}: no interface, no
 * stack, only the program, with as many addresses known as a large cluster has. The events that it
 * makes are read as in the product. Needs root; leaves nothing behind.
 */
public final class TestRunBench implements AutoCloseable {
  /** Peers of one identity, each with an address of its own. */
  public static final int PEERS = 100_000;

  private static final int FIRST_PEER = 0x0a800000;
  private static final int BATCH = 16_000;
  private static final int REPEAT = 400_000;

  /** New connections a round; fewer than there are source ports. */
  private static final int FRESH = BATCH;

  /** Packets of which each comes from another peer. */
  private static final int EACH_ONCE = PEERS / BATCH * BATCH;

  private static final int SUBJECT = 300;
  static final int PEER = 301;

  /** The endpoint's address. */
  static final String SERVER = "10.0.1.10";

  static final int SYN = 0x02;
  private static final int ACK = 0x10;

  private static final String PROGRAM = "slc_to_pod";

  private static final KernelEntry EVERYBODY = address(Prefix.parse("0.0.0.0/0"), 2);

  private final TestRunBed bed;

  /**
   * One line of the table.
   *
   * @param nanos per packet, without what varying the packet costs
   * @param limit what it should be at most; NaN when there is none
   */
  public record Measured(String what, double nanos, double limit) {}

  private TestRunBench(String name) throws IOException {
    bed = new TestRunBed(name);
    fill(bed.dataplane, PEERS);
  }

  /** One endpoint, which peers reach on 8080/TCP, and their addresses. */
  static void fill(NodeDataplane dataplane, int peers) {
    EndpointSpec spec =
        new EndpointSpec(
            1,
            SUBJECT,
            List.of(IpAddress.parse(SERVER)),
            MacAddress.parse("02:00:00:00:00:02"),
            MacAddress.parse("02:00:00:00:00:01"));
    dataplane.endpointTable().put(new EndpointState(1, spec, true, false, 1));
    List<KernelEntry> entries = new ArrayList<>();
    for (int i = 0; i < peers; i++) {
      entries.add(address(new Prefix(IpAddress.v4(FIRST_PEER + i), 32), PEER));
    }
    entries.add(EVERYBODY);
    entries.add(policy(PEER, 6, 8080, 16, true));
    entries.add(policy(0, 0, 0, 0, false));
    dataplane.putAll(entries);
  }

  private static KernelEntry address(Prefix prefix, int identity) {
    return new KernelEntry.AddressEntry(new KernelEntry.AddressKey(prefix), identity, null);
  }

  private static KernelEntry policy(int peer, int protocol, int port, int bits, boolean allow) {
    return new KernelEntry.PolicyEntry(
        new KernelEntry.PolicyKey(SUBJECT, Direction.INGRESS, peer, protocol, port, bits),
        allow ? KernelEntry.Verdict.ALLOW : KernelEntry.Verdict.DEFAULT_DENY,
        0,
        1);
  }

  /** A TCP segment from the first peer to the endpoint. */
  static byte[] tcp(int port, int flags) {
    ByteBuffer packet = ByteBuffer.allocate(74);
    packet.put(MacAddress.parse("02:00:00:00:00:02").bytes());
    packet.put(MacAddress.parse("02:00:00:00:00:01").bytes()).putShort((short) 0x0800);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) 60).putInt(0);
    packet.put((byte) 64).put((byte) 6).putShort((short) 0);
    packet.putInt(FIRST_PEER).putInt(0x0a00010a);
    packet.putShort((short) 40000).putShort((short) port).putInt(1).putInt(1);
    packet.put((byte) 0xa0).put((byte) flags);
    return packet.array();
  }

  /**
   * Measures every row.
   *
   * @param rounds how often each is measured; the median counts
   */
  public static List<Measured> measure(int rounds) throws IOException {
    try (TestRunBench bench = new TestRunBench("")) {
      return bench.rows(rounds);
    }
  }

  private List<Measured> rows(int rounds) throws IOException {
    double[] none = new double[rounds];
    double[] hot = new double[rounds];
    double[] random = new double[rounds];
    double[] asked = new double[rounds];
    double[] fresh = new double[rounds];
    double[] freshRandom = new double[rounds];
    double[] drop = new double[rounds];
    bed.vary(VARY_SOURCE, PEERS, FIRST_PEER, 0);
    run(PROGRAM, tcp(8080, ACK), PEERS);
    for (int round = 0; round < rounds; round++) {
      none[round] = bed.empty(tcp(8080, ACK), REPEAT);
      hot[round] = bed.same(PROGRAM, tcp(8080, ACK), REPEAT);
      drop[round] = bed.same(PROGRAM, tcp(9090, SYN), REPEAT);
      random[round] = through(tcp(8080, ACK), REPEAT, VARY_SOURCE, PEERS, FIRST_PEER, 0);
      bed.dataplane.put(EVERYBODY); // an address was written: each connection asks again
      asked[round] = through(tcp(8080, ACK), EACH_ONCE, VARY_SOURCE, PEERS, FIRST_PEER, 0);
      try (TestRunBench empty = new TestRunBench("-new")) {
        int both = VARY_SOURCE | VARY_PORT;
        fresh[round] = empty.through(tcp(8080, SYN), FRESH, both, 1, FIRST_PEER, 0);
        freshRandom[round] = empty.through(tcp(8080, SYN), FRESH, both, PEERS, FIRST_PEER, FRESH);
      }
    }
    return List.of(
        new Measured("empty program", median(none), Double.NaN),
        new Measured("established, hot peer", median(hot), 180),
        new Measured("established, random peers", median(random), 400),
        new Measured("established, random peers, addresses changed", median(asked), Double.NaN),
        new Measured("new connection, hot peer", median(fresh), 650),
        new Measured("new connection, random peers", median(freshRandom), Double.NaN),
        new Measured("dropped, hot peer", median(drop), 120));
  }

  /** What the program under test adds to varying the packet alone, in the same round. */
  private double through(byte[] packet, int count, int what, int peers, int first, int next) {
    bed.vary(what, peers, first, next);
    double with = run(PROGRAM, packet, count);
    return with - run(null, packet, count);
  }

  /** Mean nanoseconds of {@code count} varied packets. */
  private double run(String program, byte[] packet, int count) {
    double sum = 0;
    for (int done = 0; done < count; done += BATCH) {
      sum += bed.varied(program, packet, BATCH);
    }
    return sum / Math.ceilDiv(count, BATCH);
  }

  @Override
  public void close() {
    bed.close();
  }

  /** Prints the table: {@code TestRunBench [ROUNDS]}. */
  public static void main(String[] arguments) throws IOException {
    int rounds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
    for (Measured row : measure(rounds)) {
      System.out.printf(
          "%-45s %7.0f ns/packet%s%n",
          row.what(),
          row.nanos(),
          Double.isNaN(row.limit()) ? "" : "  (target ≤ %.0f)".formatted(row.limit()));
    }
  }
}
