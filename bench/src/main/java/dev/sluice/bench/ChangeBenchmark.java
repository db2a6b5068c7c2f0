package dev.sluice.bench;

import dev.sluice.schemas.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * In a large world, beside the same three hops with processors that do nothing: a policy's manifest
 * closed until the kernel enforces it, seen by a datagram every 100 µs; and a new pod's manifest,
 * whose identity is known, until its address is in the kernel's map.
 */
final class ChangeBenchmark implements Benchmark {
  private static final int CHANGES_A_ROUND = 50;
  private static final int POLICIES = 1_000;
  private static final int IDENTITIES = 1_000;
  private static final int ENDPOINTS = 10_000;
  private static final int RECORD_BYTES = 800;

  @Override
  public String name() {
    return "change";
  }

  @Override
  public String about() {
    return "a manifest closed until enforced, with 1 000 policies and identities, 10 000"
        + " endpoints";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    Path tool = Netbench.compile();
    Samples allow = new Samples();
    Samples revoke = new Samples();
    Samples hops = new Samples();
    Samples pods = new Samples();
    try (BenchLab lab = BenchLab.up(1, PODS)) {
      lab.addWorld(
          World.manifests(POLICIES, IDENTITIES, ENDPOINTS),
          World.policy("bench", "server", "server", "client"));
      Settings settings =
          Settings.defaults()
              .with(
                  lab.handle().settings().entrySet().stream()
                      .map(entry -> entry.getKey() + "=" + entry.getValue())
                      .toList());
      try (Hops empty = Hops.open(settings);
          Beacon beacon = Beacon.start(tool, lab)) {
        NewPods newPods = new NewPods(lab, IDENTITIES);
        for (int warm = 0; warm < CHANGES_A_ROUND; warm++) {
          empty.millis(RECORD_BYTES);
          toggle(lab, beacon, new Samples(), new Samples());
          newPods.millis();
        }
        for (int change = 0; change < rounds * CHANGES_A_ROUND; change++) {
          toggle(lab, beacon, allow, revoke);
          hops.add(empty.millis(RECORD_BYTES));
          pods.add(newPods.millis());
        }
      }
    } finally {
      Files.delete(tool);
    }
    return List.of(
        Row.atMost(name(), "allow, p50", allow.median(), "ms", 5)
            .comparedWith(hops.median(), "three empty hops"),
        Row.atMost(name(), "allow, p99", allow.quantile(0.99), "ms", 50)
            .comparedWith(hops.quantile(0.99), "three empty hops"),
        Row.atMost(name(), "revoke, p50", revoke.median(), "ms", 5)
            .comparedWith(hops.median(), "three empty hops"),
        Row.atMost(name(), "revoke, p99", revoke.quantile(0.99), "ms", 50)
            .comparedWith(hops.quantile(0.99), "three empty hops"),
        Row.untargeted(name(), "new pod of a known identity, p50", pods.median(), "ms")
            .comparedWith(hops.median(), "three empty hops"),
        Row.atMost(name(), "new pod of a known identity, p99", pods.quantile(0.99), "ms", 30)
            .comparedWith(hops.quantile(0.99), "three empty hops"));
  }

  private static void toggle(BenchLab lab, Beacon beacon, Samples allow, Samples revoke)
      throws IOException {
    Path file = lab.manifests().resolve("bench-toggle.yaml");
    Path ready = lab.manifests().resolveSibling("bench-toggle.tmp");
    Files.writeString(ready, TOGGLED);
    Files.move(ready, file, StandardCopyOption.ATOMIC_MOVE);
    long written = System.nanoTime();
    allow.add((beacon.next("open") - written) / 1e6);
    Files.delete(file);
    long deleted = System.nanoTime();
    revoke.add(Math.max(0, beacon.next("closed") - deleted) / 1e6);
  }

  private static final String TOGGLED =
      """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: toggled, namespace: bench}
      spec:
        endpointSelector: {matchLabels: {app: server}}
        ingress:
        - fromEndpoints: [{matchLabels: {app: client}}]
          toPorts: [{ports: [{port: "9999", protocol: UDP}]}]
      """;

  private static final String PODS =
      World.idlePod("bench", "client", "client") + World.idlePod("bench", "server", "server");

  /** Datagrams from the client to the server, and what the server sees of them. */
  private record Beacon(Process sender, Process watcher, BufferedReader seen)
      implements AutoCloseable {
    private static final String LONGEST_SECONDS = "1800";

    static Beacon start(Path tool, BenchLab lab) throws IOException {
      Process watcher =
          new ProcessBuilder(tool.toString(), "watch", lab.podNetns("bench", "server"), "0")
              .start();
      BufferedReader seen =
          new BufferedReader(
              new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8));
      seen.readLine();
      Process sender =
          new ProcessBuilder(
                  tool.toString(),
                  "beacon",
                  lab.podNetns("bench", "client"),
                  "0",
                  PathBenchmark.address(lab, "server"),
                  LONGEST_SECONDS)
              .start();
      return new Beacon(sender, watcher, seen);
    }

    /** The monotonic time of the next line of this kind, ns. */
    long next(String kind) throws IOException {
      for (String line = seen.readLine(); line != null; line = seen.readLine()) {
        if (line.startsWith(kind + " ")) {
          return Long.parseLong(line.substring(kind.length() + 1));
        }
      }
      throw new IllegalStateException("the watcher ended");
    }

    @Override
    public void close() {
      sender.destroy();
      watcher.destroy();
    }
  }
}
