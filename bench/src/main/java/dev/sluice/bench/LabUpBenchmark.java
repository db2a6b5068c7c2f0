package dev.sluice.bench;

import java.util.List;

/** How long {@code lab up --detach} takes with two nodes and six pods, once everything is built. */
final class LabUpBenchmark implements Benchmark.AtOnce {
  private static final int PODS = 6;

  @Override
  public String name() {
    return "lab-up";
  }

  @Override
  public String about() {
    return "lab up with 2 nodes and 6 pods, until every pod runs and its policy is realised";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    StringBuilder manifests = new StringBuilder();
    for (int pod = 0; pod < PODS; pod++) {
      manifests.append(
          """
          ---
          apiVersion: v1
          kind: Pod
          metadata: {name: p-%d, namespace: bench, labels: {app: p-%d}}
          spec:
            nodeName: node-%d
            containers: [{name: idle, command: [sleep, infinity]}]
          """
              .formatted(pod, pod, 1 + pod % 2));
    }
    Samples seconds = new Samples();
    for (int round = 0; round < Math.min(rounds, 3); round++) {
      long start = System.nanoTime();
      try (BenchLab lab = BenchLab.up(2, manifests.toString())) {
        seconds.add((System.nanoTime() - start) / 1e9);
        lab.handle();
      }
    }
    return List.of(Row.atMost(name(), "until realised, p50", seconds.median(), "s", 25));
  }
}
