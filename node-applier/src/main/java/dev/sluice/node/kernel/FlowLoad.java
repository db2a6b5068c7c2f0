package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Events without traffic, for measuring who reads them: connections that open and are reset at
 * once, by {@code BPF_PROG_TEST_RUN}; each packet is told. Needs root; leaves nothing behind. One
 * thread.
 */
public final class FlowLoad implements AutoCloseable {
  /** Who opens. */
  public static final String CLIENT = "10.128.0.0";

  /** Who is called. */
  public static final String SERVER = TestRunBench.SERVER;

  public static final int IDENTITY = TestRunBench.PEER;
  private static final int VARY_PORT_AND_RESET = 4;
  private static final int CONNECTIONS = 32_768;

  private final Settings settings;
  private final NodeDataplane dataplane;
  private final BpfObject varying;
  private long made;

  private FlowLoad(Settings settings) throws IOException {
    this.settings = settings;
    dataplane = NodeDataplane.open(settings);
    try (InputStream in = FlowLoad.class.getResourceAsStream("vary.bpf.o")) {
      varying = BpfObject.open(in.readAllBytes()).load();
    }
    TestRunBench.fill(dataplane, 1);
    ByteBuffer first = buffer(16).putInt(VARY_PORT_AND_RESET).putInt(1);
    byte[] client = IpAddress.parse(CLIENT).mapped();
    first.putInt(ByteBuffer.wrap(client, 12, 4).getInt()).putInt(0);
    varying.map("slc_vary").update(new byte[4], first.array());
    ByteBuffer program = buffer(4).putInt(dataplane.programFd("slc_to_pod"));
    varying.map("slc_under_test").update(new byte[4], program.array());
  }

  /** A dataplane of its own. */
  public static FlowLoad open(Settings settings) throws IOException {
    return new FlowLoad(
        settings
            .with(
                Setting.NODE_BPF_PATH,
                "/sys/fs/bpf/sluice/v1/slcflows" + ProcessHandle.current().pid())
            .with(Setting.NODE_CT_ENTRIES, CONNECTIONS)
            .with(Setting.NODE_CT_ENDPOINT_SHARE, 100));
  }

  public EventReader events() {
    return dataplane.events();
  }

  /**
   * Makes so many events.
   *
   * @param count even
   */
  public void make(int count) {
    TestRun.nanos(
        varying.programFd("slc_vary_and_run"),
        TestRunBench.tcp(8080, TestRunBench.SYN),
        TestRun.Context.ARRIVED,
        count);
    made += count;
  }

  /** Events that were made so far. */
  public long made() {
    return made;
  }

  /** Events that the kernel did not tell: the buffer was full, or a packet was not. */
  public long lost() {
    DataplaneCounters counters = dataplane.counters();
    return counters.lost() + made - counters.produced();
  }

  @Override
  public void close() {
    varying.close();
    dataplane.close();
    NodeDataplane.destroy(settings);
  }
}
