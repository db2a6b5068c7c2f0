package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A dataplane of its own whose programs are run on packets that differ, by {@code vary.bpf.c}. The
 * events that they make are read as in the product. Needs root; leaves nothing behind.
 */
final class TestRunBed implements AutoCloseable {
  /** What differs: the flags of {@code vary.bpf.c}. */
  static final int VARY_SOURCE = 1;

  static final int VARY_PORT = 2;

  /** Each run rewrites the packet: the next one begins with it as it came. */
  static final int VARY_WHOLE = 8;

  static final int VARY_TUNNEL = 16;
  static final int VARY_LISTED = 32;

  private static final byte[] FIRST = new byte[4];
  private static final int FRAME_BYTES = 54;

  private final Settings settings;
  private final BpfObject varying;
  private final EventReader events;
  final NodeDataplane dataplane;

  /**
   * With tables of the sizes that nodes have by default, and one endpoint that may have all.
   *
   * @param name tells beds of one process apart
   */
  TestRunBed(String name) throws IOException {
    settings =
        Settings.defaults()
            .with(
                Setting.NODE_BPF_PATH,
                "/sys/fs/bpf/sluice/v1/slcbench" + ProcessHandle.current().pid() + name)
            .with(Setting.NODE_CT_ENDPOINT_SHARE, 100);
    dataplane = NodeDataplane.open(settings);
    try (InputStream in = TestRunBed.class.getResourceAsStream("vary.bpf.o")) {
      varying = BpfObject.open(in.readAllBytes()).load();
    }
    events = dataplane.events();
  }

  /**
   * How packets differ from here on.
   *
   * @param next the number of the first of them
   */
  void vary(int what, int peers, int first, int next) {
    ByteBuffer value = buffer(16).putInt(what).putInt(peers).putInt(first).putInt(next);
    varying.map("slc_vary").update(FIRST, value.array());
  }

  /**
   * Of which tunnel packets come, with {@link #VARY_TUNNEL}.
   *
   * @param outer IPv4 address of the node that they come from
   */
  void tunnel(int identity, int outer) {
    varying.map("slc_tunnel").update(FIRST, buffer(8).putInt(identity).putInt(outer).array());
  }

  /** Destination ports that packets have in turn, with {@link #VARY_LISTED}. */
  void listed(int[] ports) {
    List<byte[]> keys = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i <= ports.length; i++) { // 0 ends the list
      keys.add(buffer(4).putInt(i).array());
      values.add(buffer(4).putInt(i < ports.length ? ports[i] : 0).array());
    }
    varying.map("slc_ports").updateAll(keys, values);
  }

  /** Nanoseconds of a packet that does not differ. */
  double same(String program, byte[] packet, int count) {
    return nanos(dataplane.programFd(program), packet, count);
  }

  /** Nanoseconds of the packet in a program that does nothing. */
  double empty(byte[] packet, int count) {
    return nanos(varying.programFd("slc_empty"), packet, count);
  }

  private double nanos(int program, byte[] packet, int count) {
    double nanos = TestRun.nanos(program, packet, TestRun.Context.ARRIVED, count);
    events.drain(event -> {});
    return nanos;
  }

  /**
   * Nanoseconds of packets that differ, in the program or, when that is null, in none.
   *
   * @throws IllegalStateException when the last of them fares otherwise than it should
   */
  double varied(String program, byte[] packet, int count, int verdict) {
    TestRun.Result result = run(program, packet, count);
    if (result.verdict() != verdict) {
      throw new IllegalStateException(
          "%s returned %d, not %d".formatted(program, result.verdict(), verdict));
    }
    return result.nanos();
  }

  /** The same, however they fare. */
  double varied(String program, byte[] packet, int count) {
    return run(program, packet, count).nanos();
  }

  private TestRun.Result run(String program, byte[] packet, int count) {
    varying.map("slc_frame").update(FIRST, Arrays.copyOf(packet, FRAME_BYTES));
    if (program == null) {
      varying.map("slc_under_test").delete(FIRST);
    } else {
      ByteBuffer fd = buffer(4).putInt(dataplane.programFd(program));
      varying.map("slc_under_test").update(FIRST, fd.array());
    }
    TestRun.Result result =
        TestRun.many(varying.programFd("slc_vary_and_run"), packet, TestRun.Context.ARRIVED, count);
    events.drain(event -> {});
    return result;
  }

  static double median(double[] values) {
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
}
