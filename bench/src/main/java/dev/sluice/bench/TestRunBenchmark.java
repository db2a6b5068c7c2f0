package dev.sluice.bench;

import dev.sluice.node.kernel.NodePortBench;
import dev.sluice.node.kernel.TestRunBench;
import java.util.ArrayList;
import java.util.List;

/** What the program costs by itself, without interfaces or stack. */
final class TestRunBenchmark implements Benchmark.AtOnce {
  @Override
  public String name() {
    return "test-run";
  }

  @Override
  public String about() {
    return "nanoseconds a packet by BPF_PROG_TEST_RUN, %,d addresses known"
        .formatted(TestRunBench.PEERS);
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    List<TestRunBench.Measured> measured = TestRunBench.measure(rounds);
    double empty = measured.getFirst().nanos();
    List<Row> rows = new ArrayList<>();
    List<TestRunBench.Measured> all = new ArrayList<>(measured.subList(1, measured.size()));
    all.addAll(NodePortBench.measure(rounds));
    for (TestRunBench.Measured row : all) {
      Row alone =
          Double.isNaN(row.limit())
              ? Row.untargeted(name(), row.what(), row.nanos(), "ns")
              : Row.atMost(name(), row.what(), row.nanos(), "ns", row.limit());
      rows.add(alone.comparedWith(empty, "empty program"));
    }
    return rows;
  }
}
