package dev.sluice.bench;

import dev.sluice.bench.fold.ReplayRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * How fast a log is replayed, from the bytes of its records through both folds, on a quiet day, a
 * busy one, and while everything is rolled out; what a record of each kind costs; and whether two
 * JVMs with other collectors, compilers, hash codes and batches, one of them begun again and again
 * from snapshots, say the same of a million records. Needs no kernel.
 */
final class ReplayBenchmark implements Benchmark.AtOnce {
  private static final String ENDPOINTS = "10000";
  private static final String COMPARED_ENDPOINTS = "2000";
  private static final String COMPARED = "1000000";
  private static final int MOST_ROUNDS = 2;

  /**
   * A mix, with how much of it is folded before the clock starts, and then. The quiet one is a log
   * of a length that anybody waits for, and how fast each million of it went is told as well: the
   * compiler of the JVM takes one of two processors until the second has gone by.
   */
  private record Log(String mix, String warm, String timed, int mostRounds) {}

  private static final List<Log> LOGS =
      List.of(
          new Log("QUIET", "3000000", "2000000", MOST_ROUNDS),
          new Log("BUSY", "500000", "300000", MOST_ROUNDS),
          new Log("ROLLOUT", "100000", "100000", 1));

  /** As the command {@code sluice replay} runs. */
  private static final List<String> AS_REPLAY = List.of("-XX:+UseParallelGC");

  /** Begins the line of a million of the log. */
  private static final String MILLION = "million-";

  private static final String AHEAD = "0";
  private static final String ONE_BY_ONE = "-1";

  /** Records that the streams' rows come late in one of the two. */
  private static final String LATE = "997";

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
    List<Row> rows = new ArrayList<>();
    for (Log log : LOGS) {
      rows.addAll(speed(log, Math.min(rounds, log.mostRounds)));
      rows.addAll(costs(log));
    }
    rows.add(compared("BUSY"));
    return rows;
  }

  /** On the clock, and what the two threads used of the processors, however much was theirs. */
  private List<Row> speed(Log log, int rounds) {
    Samples folded = new Samples();
    Samples reading = new Samples();
    Samples folding = new Samples();
    Map<String, Samples> millions = new TreeMap<>();
    String bytes = "";
    for (int round = 0; round < rounds; round++) {
      Map<String, List<String>> said =
          replay(AS_REPLAY, log.mix, ENDPOINTS, log.timed, AHEAD, log.warm);
      folded.add(Double.parseDouble(said.get("records-a-second").getFirst()));
      bytes = said.get("bytes-a-record").getFirst();
      reading.add(Double.parseDouble(said.get("reading-micros").getFirst()));
      folding.add(Double.parseDouble(said.get("folding-micros").getFirst()));
      said.forEach(
          (word, values) -> {
            if (word.startsWith(MILLION)) {
              millions
                  .computeIfAbsent(word.substring(MILLION.length()), number -> new Samples())
                  .add(Double.parseDouble(values.getFirst()));
            }
          });
    }
    List<Row> rows = new ArrayList<>();
    millions.forEach(
        (number, rates) ->
            rows.add(
                told(
                    Row.untargeted(
                        name(),
                        "%s: million %s of the log".formatted(of(log.mix), number),
                        rates.median(),
                        "a second"))));
    rows.add(
        told(
            Row.atLeast(
                name(),
                "%s: records of %s bytes through decode and fold".formatted(of(log.mix), bytes),
                folded.median(),
                "a second",
                400_000)));
    rows.add(
        told(
            Row.untargeted(
                    name(),
                    "%s: processor time of the folding thread, a record".formatted(of(log.mix)),
                    folding.median(),
                    "µs")
                .comparedWith(reading.median(), "of the reading one")));
    return rows;
  }

  /** One thread decodes and folds, so that a clock can stand between. */
  private List<Row> costs(Log log) {
    List<Row> rows = new ArrayList<>();
    replay(AS_REPLAY, log.mix, ENDPOINTS, "100000", ONE_BY_ONE, "100000")
        .forEach(
            (kind, words) -> {
              if (words.size() == 3) {
                double decode = Double.parseDouble(words.get(0));
                double fold = Double.parseDouble(words.get(1));
                String what =
                    "%s: a record of kind %s (%s), decode and fold"
                        .formatted(of(log.mix), kind, words.get(2));
                rows.add(
                    told(
                        Row.untargeted(name(), what, decode + fold, "µs")
                            .comparedWith(decode, "its decoding")));
              }
            });
    return rows;
  }

  private Row compared(String mix) {
    CompletableFuture<Map<String, List<String>>> one =
        CompletableFuture.supplyAsync(
            () ->
                replay(List.of("-XX:+UseSerialGC"), mix, COMPARED_ENDPOINTS, COMPARED, AHEAD, "0"));
    Map<String, List<String>> other =
        replay(
            List.of("-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1", "-XX:hashCode=2"),
            mix,
            COMPARED_ENDPOINTS,
            COMPARED,
            LATE,
            "0");
    Map<String, List<String>> first = one.join();
    boolean same =
        first.get("digest").equals(other.get("digest"))
            && first.get("revisions").equals(other.get("revisions"));
    return told(
        new Row(
            name(),
            "%s: of %s revisions in 1 000 000 records, the same in both JVMs"
                .formatted(of(mix), first.get("revisions").getFirst()),
            same ? 100 : 0,
            "%",
            Double.NaN,
            "",
            "100",
            same));
  }

  private static String of(String mix) {
    return mix.toLowerCase(Locale.ROOT);
  }

  private static Row told(Row row) {
    System.err.println("bench: " + row.sentence());
    return row;
  }

  private static Map<String, List<String>> replay(List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xlog:disable", "-Xmx1g", "-XX:+UnlockExperimentalVMOptions"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ReplayRun.class.getName());
    command.addAll(List.of(arguments));
    Map<String, List<String>> said = new TreeMap<>();
    for (String line : Shell.run(command).lines().toList()) {
      List<String> words = List.of(line.split(" "));
      said.put(words.getFirst(), words.subList(1, words.size()));
    }
    return said;
  }
}
