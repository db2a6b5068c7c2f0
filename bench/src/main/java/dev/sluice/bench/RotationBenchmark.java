package dev.sluice.bench;

import dev.sluice.lab.LabState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Answers that rotate as a CDN's do: a thousand names, thirty addresses each, a TTL of two seconds,
 * each asked and dialled every two seconds, and connections that stay. A round takes 100 seconds.
 * The kernel refuses writes to the policy map from the moment at which the policy is in it.
 */
final class RotationBenchmark implements Benchmark.AtOnce {
  private static final int NAMES = 1_000;
  private static final int HELD = 500;
  private static final int ROUND_SECONDS = 100;
  private static final int WARM_UP_SECONDS = 90;

  /** After so many lookups every address of every name was answered, and half of them again. */
  private static final int WARM_UP_LOOKUPS = NAMES * 30 * 3 / 2;

  private static final long FLAT_MIB = 24;

  /** After so long every answer was told again once, and what that left was collected. */
  private static final int SETTLED_SECONDS = 240;

  private static final long LOOK_NANOS = 1_000_000_000L;

  @Override
  public String name() {
    return "rotation";
  }

  @Override
  public String about() {
    return "1 000 names with 30 rotating addresses and 500 long connections; 100 s a round";
  }

  @Override
  public int usualRounds() {
    return 2;
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    try (BenchLab lab =
            BenchLab.up(
                1,
                DnsBenchmark.manifests(),
                "dns.trusted.resolvers=" + DnsBenchmark.SERVER + "/32");
        NameTraffic traffic = NameTraffic.compile()) {
      DnsBenchmark.serve(lab, traffic);
      Path map = lab.handle().names().bpfDir(1).resolve("maps").resolve("slc_policy");
      Shell.run("bpftool", "map", "freeze", "pinned", map.toString());
      Path output = Files.createTempFile("sluice-rotation", ".txt");
      try {
        traffic.start(
            output,
            "churn",
            lab.podNetns("bench", "asks"),
            DnsBenchmark.SERVER,
            "" + NAMES,
            "1000000",
            "" + HELD);
        int seconds = Math.max(WARM_UP_SECONDS + 10, rounds * ROUND_SECONDS);
        // On a machine that is too slow for the pace the world is filled later, and grows till
        // then.
        int begun = until(output, WARM_UP_SECONDS, WARM_UP_LOOKUPS);
        long warm = memory(lab);
        int end = begun + seconds - WARM_UP_SECONDS;
        Growth grown = grown(lab, output, warm, end);
        double[] numbers = NameTraffic.last(Files.readString(output));
        return rows(numbers, end, failedSteps(lab), grown);
      } finally {
        Files.delete(output);
      }
    }
  }

  /**
   * MiB more at the end.
   *
   * @param settled than after {@link #SETTLED_SECONDS}; empty when it ends before twice that
   */
  private record Growth(long all, OptionalLong settled) {}

  private static Growth grown(BenchLab lab, Path output, long warm, int end) throws IOException {
    if (end < 2 * SETTLED_SECONDS) {
      until(output, end, 0);
      return new Growth(memory(lab) - warm, OptionalLong.empty());
    }
    until(output, SETTLED_SECONDS, 0);
    long settled = memory(lab);
    until(output, end, 0);
    long last = memory(lab);
    return new Growth(last - warm, OptionalLong.of(last - settled));
  }

  private List<Row> rows(double[] numbers, int seconds, long failed, Growth grown) {
    List<Row> rows = new ArrayList<>();
    rows.addAll(
        List.of(
            Row.untargeted(name(), "lookups in " + seconds + " s", numbers[0], ""),
            Row.atMost(name(), "of these without answer", numbers[3], "", 0),
            Row.untargeted(name(), "of the last, answered with a failure", numbers[6], ""),
            Row.untargeted(name(), "of them, answered after two seconds", numbers[7], ""),
            Row.atMost(name(), "connects to answers refused", numbers[2], "", 0),
            Row.atLeast(name(), "long connections", numbers[4], "", HELD),
            Row.atMost(name(), "of these cut", numbers[5], "", 0),
            Row.atMost(name(), "steps that tried to write policy", failed, "", 0),
            Row.atMost(
                name(), "memory of applier and streams, more", grown.all(), "MiB", FLAT_MIB)));
    grown
        .settled()
        .ifPresent(
            mib ->
                rows.add(
                    Row.untargeted(name(), "of this after " + SETTLED_SECONDS + " s", mib, "MiB")));
    return rows;
  }

  /**
   * Waits until the client has told of so many seconds, a line for each, and of so many lookups.
   *
   * @return how many seconds that took
   */
  private static int until(Path output, int seconds, int lookups) throws IOException {
    while (true) {
      String told = Files.readString(output);
      int lines = (int) told.lines().count();
      double[] last = NameTraffic.last(told);
      if (lines >= seconds && last.length > 0 && last[0] >= lookups) {
        return lines;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static long failedSteps(BenchLab lab) throws IOException {
    try (Stream<Path> logs = Files.list(lab.handle().files().logs())) {
      long failed = 0;
      for (Path log : logs.filter(f -> f.getFileName().toString().contains("applier")).toList()) {
        failed +=
            Files.readString(log)
                .lines()
                .filter(line -> line.contains("step at position") && line.contains("failed"))
                .count();
      }
      return failed;
    }
  }

  private static long memory(BenchLab lab) throws IOException {
    long all = 0;
    for (LabState.Component component : lab.handle().state().components()) {
      boolean counts =
          component.name().equals("node-applier") || component.name().endsWith("-stream");
      if (counts && component.process() != null) {
        all += DnsBenchmark.residentMib(component.process().pid());
      }
    }
    return all;
  }
}
