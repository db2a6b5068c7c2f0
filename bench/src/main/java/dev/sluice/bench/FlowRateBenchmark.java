package dev.sluice.bench;

import dev.sluice.lab.JavaCommand;
import dev.sluice.lab.LabHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * From the ring buffer to the topic: how many flow records a second, none lost, in a process with
 * an applier's heap; beside records of the same size that were made before.
 */
final class FlowRateBenchmark implements Benchmark.AtOnce {
  private static final int RECORDS = 1_000_000;
  private static final int HEAP_MEGABYTES = 72;

  @Override
  public String name() {
    return "flows";
  }

  @Override
  public String about() {
    return "flow records a second from the ring buffer to the topic, none lost";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    Samples rate = new Samples();
    Samples ready = new Samples();
    long lost = 0;
    try (BenchLab lab = BenchLab.up(1, World.idlePod("bench", "client", "client"))) {
      for (int round = 0; round < rounds; round++) {
        String[] ours = child(lab.handle(), FlowPipe.class.getName());
        rate.add(Double.parseDouble(ours[0]) / Double.parseDouble(ours[1]));
        lost += Long.parseLong(ours[2]);
        String[] theirs = child(lab.handle(), ReadyRecords.class.getName());
        ready.add(Double.parseDouble(theirs[0]) / Double.parseDouble(theirs[1]));
      }
    }
    return List.of(
        Row.atLeast(name(), "ring buffer to topic, p50", rate.median(), "records/s", 100_000)
            .comparedWith(ready.median(), "ready records"),
        Row.atMost(name(), "of these lost, all rounds", lost, "records", 0));
  }

  private static String[] child(LabHandle lab, String main) {
    List<String> command = new ArrayList<>(JavaCommand.startApplier(HEAP_MEGABYTES));
    command.add(main);
    command.add("" + RECORDS);
    lab.settings().forEach((key, value) -> command.add(key + "=" + value));
    String[] lines = Shell.run(command.toArray(String[]::new)).strip().split("\n");
    return lines[lines.length - 1].split(" ");
  }
}
