package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The commands that people put into CI, as whole processes: the JVM's start is in every number. */
final class AskBenchmark implements Benchmark.AtOnce {
  private static final int APPS = 50;

  @Override
  public String name() {
    return "ask";
  }

  @Override
  public String about() {
    return "policy lint of 1 000 manifests, policy matrix of 200 pods and 4 ports, as processes";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    Path folder = Files.createTempDirectory("sluice-ask");
    try {
      Path many = write(folder.resolve("many"), 500, 500);
      Path pods = write(folder.resolve("pods"), 200, 200);
      Samples lint = new Samples();
      Samples matrix = new Samples();
      Samples start = new Samples();
      for (int round = 0; round < rounds; round++) {
        start.add(seconds("version"));
        lint.add(seconds("policy", "lint", "-f", many.toString()));
        matrix.add(
            seconds(
                "policy",
                "matrix",
                "-f",
                pods.toString(),
                "--port",
                "80/TCP,8080/TCP,53/UDP,443/TCP",
                "--engine",
                "compiled",
                "-o",
                "json"));
      }
      String alternative = "sluice version: the start alone";
      return List.of(
          Row.atMost(name(), "lint of 1 000 manifests, p50", lint.median(), "s", 2)
              .comparedWith(start.median(), alternative),
          Row.atMost(name(), "matrix of 200 pods x 4 ports, p50", matrix.median(), "s", 3)
              .comparedWith(start.median(), alternative));
    } finally {
      delete(folder);
    }
  }

  private static double seconds(String... words) {
    List<String> command =
        Stream.concat(
                Stream.of(Path.of(System.getProperty("sluice.home")).resolve("sluice").toString()),
                Stream.of(words))
            .toList();
    long begun = System.nanoTime();
    Shell.run(command);
    return (System.nanoTime() - begun) / 1e9;
  }

  /** A file an object; every policy selects somebody, and so does every peer. */
  private static Path write(Path folder, int pods, int policies) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < pods; i++) {
      Files.writeString(
          folder.resolve("pod-" + i + ".yaml"),
          """
          apiVersion: v1
          kind: Pod
          metadata: {name: pod-%1$d, namespace: shop, labels: {app: app-%2$d, number: "n%1$d"}}
          spec:
            containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]
          """
              .formatted(i, i % APPS));
    }
    for (int i = 0; i < policies; i++) {
      Files.writeString(
          folder.resolve("policy-" + i + ".yaml"),
          """
          apiVersion: cilium.io/v2
          kind: CiliumNetworkPolicy
          metadata: {name: policy-%d, namespace: shop}
          spec:
            endpointSelector: {matchLabels: {app: app-%d}}
            ingress:
            - fromEndpoints: [{matchLabels: {app: app-%d}}, {matchLabels: {app: app-%d}}]
              toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
          """
              .formatted(i, i % APPS, i * 7 % APPS, (i * 3 + 10) % APPS));
    }
    return folder;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
