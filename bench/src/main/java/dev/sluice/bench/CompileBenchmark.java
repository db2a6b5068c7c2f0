package dev.sluice.bench;

import dev.sluice.bench.fold.CompileCost;
import dev.sluice.lab.JavaCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the compiler does for one change, beside compiling the same world from scratch, and how it
 * grows with the world. Each turn is a process with a stream's options and 512 MiB of heap; of the
 * largest world, with more. Needs no kernel.
 */
final class CompileBenchmark implements Benchmark {
  private static final int SMALL = 1_000;
  private static final int WORLD = 10_000;
  private static final int LARGE = 100_000;
  private static final int MOST_ROUNDS = 3;

  @Override
  public String name() {
    return "compile";
  }

  @Override
  public String about() {
    return "one change of policy, identity or namespace with 10 000 endpoints, 2 000 identities,"
        + " 2 000 policies; growth from 1 000 to 100 000 endpoints";
  }

  @Override
  public List<Row> run(int rounds) {
    Map<Integer, Map<String, Samples>> all = new TreeMap<>();
    for (int round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
      for (int endpoints : List.of(SMALL, WORLD, LARGE)) {
        if (endpoints < LARGE || round == 0) {
          measure(endpoints, all.computeIfAbsent(endpoints, unused -> new TreeMap<>()));
        }
      }
    }
    double scratch = median(all, WORLD, "scratch-ms");
    String alternative = "all from scratch";
    List<Row> rows = new ArrayList<>();
    rows.add(
        Row.atMost(name(), "a policy, p99", median(all, WORLD, "policy-p99-ms"), "ms", 5)
            .comparedWith(scratch, alternative));
    rows.add(
        Row.atMost(name(), "a new identity, p99", median(all, WORLD, "identity-p99-ms"), "ms", 2)
            .comparedWith(scratch, alternative));
    rows.add(
        Row.atMost(
                name(),
                "a namespace's label, 500 endpoints, p99",
                median(all, WORLD, "namespace-p99-ms"),
                "ms",
                50)
            .comparedWith(scratch, alternative));
    rows.add(Row.atMost(name(), "from scratch, 512 MiB of heap", scratch / 1000, "s", 3));
    rows.add(Row.untargeted(name(), "heap in use after it", median(all, WORLD, "heap-mib"), "MiB"));
    for (String what : List.of("policy", "identity")) {
      for (String quantile : List.of("p50", "p99")) {
        String key = what + "-" + quantile + "-ms";
        rows.add(
            new Row(
                name(),
                what + ", " + quantile + ", with 100 000 endpoints",
                median(all, LARGE, key),
                "ms",
                median(all, SMALL, key),
                "with 1 000",
                "flat: ≤ 2.00×",
                median(all, LARGE, key) <= 2 * median(all, SMALL, key)));
      }
    }
    rows.add(
        Row.untargeted(
            name(),
            "from scratch, 100 000 endpoints",
            median(all, LARGE, "scratch-ms") / 1000,
            "s"));
    return rows;
  }

  private static double median(Map<Integer, Map<String, Samples>> all, int endpoints, String name) {
    return all.get(endpoints).get(name).median();
  }

  private static void measure(int endpoints, Map<String, Samples> into) {
    List<String> command = new ArrayList<>(JavaCommand.startSmall(endpoints > WORLD ? 3072 : 512));
    command.add(CompileCost.class.getName());
    command.add(Integer.toString(endpoints));
    for (String line : Shell.run(command).lines().toList()) {
      String[] words = line.split(" ");
      into.computeIfAbsent(words[0], unused -> new Samples()).add(Double.parseDouble(words[1]));
    }
  }
}
