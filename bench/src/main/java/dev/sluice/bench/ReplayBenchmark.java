package dev.sluice.bench;

import dev.sluice.bench.fold.ReplayRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * How fast a log is replayed, from the bytes of its records through both folds, beside decoding
 * alone; and whether two JVMs with other collectors, compilers, hash codes and batches, one of them
 * begun again and again from snapshots, say the same of a million records. Needs no kernel.
 */
final class ReplayBenchmark implements Benchmark {
  private static final int TIMED = 200_000;
  private static final int COMPARED = 1_000_000;
  private static final int MOST_ROUNDS = 2;

  /** Records that the streams' rows come late in one of the two. */
  private static final int BATCH = 997;

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public String about() {
    return "records a second through decode and fold; a million records in two JVMs, byte by byte";
  }

  @Override
  public List<Row> run(int rounds) {
    Samples folded = new Samples();
    Samples decoded = new Samples();
    for (int round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
      Map<String, String> said = replay(TIMED, 0, "-XX:+UseSerialGC");
      folded.add(Double.parseDouble(said.get("records-a-second")));
      decoded.add(Double.parseDouble(said.get("decoded-a-second")));
    }
    CompletableFuture<Map<String, String>> one =
        CompletableFuture.supplyAsync(() -> replay(COMPARED, 0, "-XX:+UseSerialGC"));
    Map<String, String> other =
        replay(COMPARED, BATCH, "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1", "-XX:hashCode=2");
    Map<String, String> first = one.join();
    boolean same =
        first.get("digest").equals(other.get("digest"))
            && first.get("revisions").equals(other.get("revisions"));
    return List.of(
        Row.atLeast(name(), "records through decode and fold", folded.median(), "a second", 400_000)
            .comparedWith(decoded.median(), "decode alone"),
        new Row(
            name(),
            "of %s revisions in 1 000 000 records, the same in both JVMs"
                .formatted(first.get("revisions")),
            same ? 100 : 0,
            "%",
            Double.NaN,
            "",
            "100",
            same));
  }

  private static Map<String, String> replay(int records, int batch, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xlog:disable", "-Xmx1g", "-XX:+UnlockExperimentalVMOptions"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ReplayRun.class.getName());
    command.add(Integer.toString(records));
    command.add(Integer.toString(batch));
    Map<String, String> said = new TreeMap<>();
    for (String line : Shell.run(command).lines().toList()) {
      String[] words = line.split(" ");
      said.put(words[0], words[1]);
    }
    return said;
  }
}
