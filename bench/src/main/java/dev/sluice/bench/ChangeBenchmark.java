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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * In a large world, beside the same three hops with processors that do nothing, right after it in
 * the same lab: a policy's manifest closed until the kernel enforces it, seen by a datagram every
 * 100 µs; the same for a file that is deleted, which ingest believes after 50 ms; and a new pod's
 * manifest, whose identity is known, until its address is in the kernel's map.
 */
final class ChangeBenchmark implements Benchmark.AtOnce {
  private static final int CHANGES_A_ROUND = 50;
  private static final int POLICIES = 1_000;
  private static final int IDENTITIES = 1_000;
  private static final int ENDPOINTS = 10_000;
  private static final int RECORD_BYTES = 800;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

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
    Toggled toggled = new Toggled();
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
      int changes = rounds * CHANGES_A_ROUND;
      try (Beacon beacon = Beacon.start(tool, lab)) {
        NewPods newPods = new NewPods(lab, IDENTITIES);
        for (int warm = 0; warm < CHANGES_A_ROUND; warm++) {
          toggle(lab, beacon, new Toggled());
          newPods.millis();
        }
        for (int change = 0; change < changes; change++) {
          toggle(lab, beacon, toggled);
          rest();
          pods.add(newPods.millis());
        }
      }
      // Afterwards: their streams, too, would take of the CPUs what a change needs.
      try (Hops empty = Hops.open(settings)) {
        for (int warm = 0; warm < CHANGES_A_ROUND; warm++) {
          empty.millis(RECORD_BYTES);
        }
        for (int change = 0; change < changes; change++) {
          rest();
          hops.add(empty.millis(RECORD_BYTES));
        }
      }
    } finally {
      Files.delete(tool);
    }
    return List.of(
        row("allow, p50", toggled.allow.median(), 5, hops.median()),
        row("allow, p99", toggled.allow.quantile(0.99), 50, hops.quantile(0.99)),
        row("revoke, p50", toggled.revoke.median(), 5, hops.median()),
        row("revoke, p99", toggled.revoke.quantile(0.99), 50, hops.quantile(0.99)),
        row("file deleted, p50", toggled.remove.median(), Double.NaN, hops.median()),
        row("new pod of a known identity, p50", pods.median(), Double.NaN, hops.median()),
        row("new pod of a known identity, p99", pods.quantile(0.99), 30, hops.quantile(0.99)));
  }

  private Row row(String what, double millis, double limit, double hops) {
    Row alone =
        Double.isNaN(limit)
            ? Row.untargeted(name(), what, millis, "ms")
            : Row.atMost(name(), what, millis, "ms", limit);
    return alone.comparedWith(hops, "three empty hops");
  }

  /** Allows, revokes by another manifest of the same policy, allows again and takes it away. */
  private static void toggle(BenchLab lab, Beacon beacon, Toggled times) throws IOException {
    rest();
    times.allow.add(beacon.millis("open", write(lab, BEACON_PORT)));
    rest();
    times.revoke.add(beacon.millis("closed", write(lab, BEACON_PORT - 1)));
    beacon.millis("open", write(lab, BEACON_PORT));
    long deleted = System.nanoTime();
    Files.delete(manifest(lab));
    times.remove.add(beacon.millis("closed", deleted));
  }

  /** Until the change before has been acknowledged and told everywhere: one is measured alone. */
  private static void rest() {
    LockSupport.parkNanos(REST_NANOS);
  }

  /** What each kind of change took, ms. */
  private static final class Toggled {
    final Samples allow = new Samples();
    final Samples revoke = new Samples();
    final Samples remove = new Samples();
  }

  private static Path manifest(BenchLab lab) {
    return lab.manifests().resolve("bench-toggle.yaml");
  }

  /** Closes a manifest that allows a port; the monotonic time just before, ns. */
  private static long write(BenchLab lab, int port) throws IOException {
    Path ready = lab.manifests().resolveSibling("bench-toggle.tmp");
    Files.writeString(ready, TOGGLED.formatted(port));
    long before = System.nanoTime();
    Files.move(ready, manifest(lab), StandardCopyOption.ATOMIC_MOVE);
    return before;
  }

  private static final int BEACON_PORT = 9999;

  private static final String TOGGLED =
      """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: toggled, namespace: bench}
      spec:
        endpointSelector: {matchLabels: {app: server}}
        ingress:
        - fromEndpoints: [{matchLabels: {app: client}}]
          toPorts: [{ports: [{port: "%d", protocol: UDP}]}]
      """;

  private static final String PODS =
      World.idlePod("bench", "client", "client") + World.idlePod("bench", "server", "server");

  /** Datagrams from the client to the server, and what the server sees of them. */
  private record Beacon(Process sender, Process watcher, BufferedReader seen)
      implements AutoCloseable {
    private static final String LONGEST_SECONDS = "1800";
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

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
                  lab.podAddress("server"),
                  LONGEST_SECONDS)
              .start();
      return new Beacon(sender, watcher, seen);
    }

    /** Milliseconds from {@code since}, monotonic ns, to the next line of this kind. */
    double millis(String kind, long since) throws IOException {
      return (next(kind) - since) / 1e6;
    }

    /** The monotonic time of the next line of this kind, ns. */
    private long next(String kind) throws IOException {
      long deadline = System.nanoTime() + LONGEST_NANOS;
      while (System.nanoTime() < deadline) {
        if (!seen.ready()) {
          LockSupport.parkNanos(LOOK_NANOS); // the watcher says when it was
          continue;
        }
        String line = seen.readLine();
        if (line != null && line.startsWith(kind + " ")) {
          return Long.parseLong(line.substring(kind.length() + 1));
        }
      }
      throw new IllegalStateException("datagrams are never seen to be " + kind);
    }

    @Override
    public void close() {
      sender.destroy();
      watcher.destroy();
    }
  }
}
