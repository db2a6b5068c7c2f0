package dev.sluice.bench;

import dev.sluice.bench.fold.CompileCost;
import dev.sluice.lab.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the compiler does for one change, beside compiling the same world from scratch, and how it
 * grows with the world. Each turn is a process with a stream's options and 512 MiB of heap (-Xmx:
 * with less room than the world needs it fails, and so does the row); of the largest world, with
 * more. Needs no kernel.
 */
final class CompileBenchmark implements Benchmark {
  private static final int SMALL = 1_000;
  private static final int WORLD = 10_000;
  private static final int LARGE = 100_000;
  private static final int HEAP_MIB = 512;
  private static final int LARGE_HEAP_MIB = 3_072;
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
  public void run(int rounds, Consumer<Row> told) throws IOException {
    int turns = Math.min(rounds, MOST_ROUNDS);
    Map<String, Samples> world = measure(WORLD, HEAP_MIB, turns);
    targets(world, told);
    Map<String, Samples> small = measure(SMALL, HEAP_MIB, turns);
    Map<String, Samples> large = measure(LARGE, LARGE_HEAP_MIB, 1);
    growth(small, large, told);
  }

  private void targets(Map<String, Samples> world, Consumer<Row> told) {
    double scratch = world.get("scratch-ms").median();
    String alternative = "all from scratch";
    told.accept(
        Row.atMost(name(), "a policy, p99", world.get("policy-p99-ms").median(), "ms", 5)
            .comparedWith(scratch, alternative));
    told.accept(
        Row.atMost(name(), "a new identity, p99", world.get("identity-p99-ms").median(), "ms", 2)
            .comparedWith(scratch, alternative));
    told.accept(
        Row.atMost(
                name(),
                "a namespace's label, 500 endpoints, p99",
                world.get("namespace-p99-ms").median(),
                "ms",
                50)
            .comparedWith(scratch, alternative));
    told.accept(Row.atMost(name(), "from scratch, -Xmx512m", scratch / 1000, "s", 3));
    told.accept(
        Row.atMost(
            name(), "heap in use after it", world.get("heap-mib").median(), "MiB", HEAP_MIB));
  }

  private void growth(Map<String, Samples> small, Map<String, Samples> large, Consumer<Row> told) {
    for (String what : List.of("policy", "identity")) {
      for (String quantile : List.of("p50", "p99")) {
        String key = what + "-" + quantile + "-ms";
        double now = large.get(key).median();
        double then = small.get(key).median();
        told.accept(
            new Row(
                name(),
                what + ", " + quantile + ", with 100 000 endpoints",
                now,
                "ms",
                then,
                "with 1 000",
                "flat: ≤ 2.00×",
                now <= 2 * then));
      }
    }
    for (String quantile : List.of("p50", "p99")) {
      String key = "namespace-" + quantile + "-ms";
      told.accept(
          new Row(
              name(),
              "namespace, " + quantile + ", with 100 000 endpoints",
              large.get(key).median(),
              "ms",
              small.get(key).median(),
              "with 1 000",
              "",
              true));
    }
    told.accept(
        Row.untargeted(
            name(),
            "from scratch, 100 000 endpoints",
            large.get("scratch-ms").median() / 1000,
            "s"));
  }

  /** Processes one after the other; what they print is shown as it comes. */
  private Map<String, Samples> measure(int endpoints, int heap, int turns) throws IOException {
    Map<String, Samples> into = new TreeMap<>();
    List<String> command = new ArrayList<>(JavaCommand.startSmallStream(heap));
    command.add(CompileCost.class.getName());
    command.add(Integer.toString(endpoints));
    for (int turn = 0; turn < turns; turn++) {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          System.err.println("bench: " + name() + ": " + endpoints + " endpoints: " + line);
          String[] words = line.split(" ");
          into.computeIfAbsent(words[0], unused -> new Samples()).add(Double.parseDouble(words[1]));
        }
        if (process.waitFor() != 0) {
          throw new IOException(
              endpoints
                  + " endpoints in "
                  + heap
                  + " MiB of heap: ended with "
                  + process.exitValue());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } finally {
        process.destroyForcibly();
      }
    }
    return into;
  }
}
