package dev.sluice.bench;

import dev.sluice.cli.output.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./sluice bench [NAME…]}: runs benchmarks and prints one table. */
@Command(
    name = "sluice bench",
    mixinStandardHelpOptions = true,
    description = "Measures the product beside what users would pick instead.")
public final class BenchMain implements Callable<Integer> {
  private static final List<Benchmark> ALL =
      List.of(
          new TestRunBenchmark(),
          new PathBenchmark(),
          new ServicesBenchmark(),
          new BackendChangeBenchmark(),
          new ChangeBenchmark(),
          new ColdStartBenchmark(),
          new LabUpBenchmark(),
          new FlowRateBenchmark(),
          new DnsBenchmark(),
          new RotationBenchmark(),
          new AskBenchmark(),
          new CompileBenchmark(),
          new MapsBenchmark(),
          new ReplayBenchmark());

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each variant (default: each benchmark's own, a few).")
  private Integer rounds;

  @Option(names = "--list", description = "Only say which benchmarks there are.")
  private boolean list;

  @Parameters(paramLabel = "NAME", description = "Which to run (default: all).")
  private List<String> names = List.of();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    PrintWriter out = new PrintWriter(System.out, true);
    if (list) {
      Table table = new Table("NAME", "WHAT");
      ALL.forEach(benchmark -> table.row(benchmark.name(), benchmark.about()));
      table.print(out, true);
      out.flush();
      return 0;
    }
    for (String name : names) {
      if (ALL.stream().noneMatch(benchmark -> benchmark.name().equals(name))) {
        System.err.println("There is no benchmark '" + name + "': --list shows them");
        return 2;
      }
    }
    List<Row> rows = new ArrayList<>();
    int failed = 0;
    for (Benchmark benchmark : ALL) {
      if (names.isEmpty() || names.contains(benchmark.name())) {
        System.err.println("bench: " + benchmark.name() + ": " + benchmark.about());
        try {
          benchmark.run(
              rounds == null ? benchmark.usualRounds() : Math.max(1, rounds),
              row -> {
                System.err.println("bench: " + row.sentence());
                rows.add(row);
              });
        } catch (Exception e) {
          System.err.println("bench: " + benchmark.name() + " failed: " + e);
          failed++;
        }
      }
    }
    print(rows, out);
    return failed == 0 ? 0 : 1;
  }

  private static void print(List<Row> rows, PrintWriter out) {
    Table table =
        new Table("BENCHMARK", "WHAT", "SLUICE", "UNIT", "BESIDE", "RATIO", "TARGET", "MET");
    for (Row row : rows) {
      table.row(
          row.benchmark(),
          row.what(),
          Row.number(row.value()),
          row.unit(),
          row.alternative().isEmpty()
              ? ""
              : Row.number(row.beside()) + " (" + row.alternative() + ")",
          row.ratio(),
          row.target(),
          row.met() ? "yes" : "no");
    }
    table.print(out, true);
    out.flush();
  }
}
