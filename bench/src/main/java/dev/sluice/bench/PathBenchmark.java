package dev.sluice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Pod to pod on one node: connect and ping-pong, beside the same path without any program, and
 * beside iptables with an ipset and nftables with a set that allow as many peers.
 */
final class PathBenchmark implements Benchmark.AtOnce {
  private static final int PEERS = 10_000;
  private static final double SECONDS = 1;

  /** Connects; the other CPU has the servers, and ping-pong whole. */
  private static final int CLIENT_CPU = 0;

  private static final int SERVER_CPU = 1;

  @Override
  public String name() {
    return "path";
  }

  @Override
  public String about() {
    return "pod to pod on one node: connect and ping-pong, with 10 000 allowed peers";
  }

  /** One way to get from a client to a server. */
  private record Variant(String name, String netns, String address) {}

  private static final class Numbers {
    final Samples connectP50 = new Samples();
    final Samples connectP99 = new Samples();
    final Samples pongP50 = new Samples();
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    try (Traffic traffic = new Traffic();
        BenchLab lab = BenchLab.up(1, PODS)) {
      lab.addWorld(World.manifests(0, 1000, PEERS), POLICY);
      lab.keepControlPlaneOn("" + SERVER_CPU);
      List<Variant> variants = new ArrayList<>();
      for (RoutedTrio.Filter filter : RoutedTrio.Filter.values()) {
        RoutedTrio trio = traffic.serve(RoutedTrio.make(filter, PEERS));
        variants.add(new Variant(filter.text(), trio.client(), RoutedTrio.SERVER_ADDRESS));
      }
      traffic.serve(lab.podNetns("bench", "server"));
      variants.add(
          new Variant("sluice", lab.podNetns("bench", "client"), lab.podAddress("server")));
      return rows(
          Traffic.inTurns(
              variants,
              Variant::name,
              rounds,
              Numbers::new,
              (variant, numbers) -> measure(traffic.tool(), variant, numbers)));
    }
  }

  private static void measure(Path tool, Variant variant, Numbers numbers) {
    Netbench.Result connect =
        Netbench.run(tool, "connect", variant.netns(), CLIENT_CPU, variant.address(), SECONDS);
    numbers.connectP50.add(connect.p50Nanos() / 1e3);
    numbers.connectP99.add(connect.p99Nanos() / 1e3);
    Netbench.Result pong =
        Netbench.run(tool, "pong", variant.netns(), SERVER_CPU, variant.address(), SECONDS);
    numbers.pongP50.add(pong.p50Nanos() / 1e3);
  }

  private List<Row> rows(Map<String, Numbers> all) {
    Numbers ours = all.get("sluice");
    List<Row> rows = new ArrayList<>();
    all.forEach(
        (variant, numbers) -> {
          if (variant.equals("sluice")) {
            return;
          }
          boolean bare = variant.equals(RoutedTrio.Filter.NONE.text());
          rows.add(
              row("connect p50", ours.connectP50, numbers.connectP50, variant, bare ? 1.20 : 1));
          rows.add(
              row("connect p99", ours.connectP99, numbers.connectP99, variant, bare ? 1.6 : 1));
          rows.add(row("ping-pong p50", ours.pongP50, numbers.pongP50, variant, bare ? 1.02 : 1));
        });
    return rows;
  }

  private Row row(String what, Samples ours, Samples theirs, String variant, double limit) {
    return Row.atMost(name(), what, ours.median(), "µs", limit)
        .beside(theirs.median(), variant, limit);
  }

  private static final String PODS =
      World.idlePod("bench", "client", "client") + World.idlePod("bench", "server", "server");

  private static final String POLICY =
      """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: server, namespace: bench}
      spec:
        endpointSelector: {matchLabels: {app: server}}
        ingress:
        - fromEndpoints:
          - matchLabels: {app: client}
          - matchLabels: {"k8s:io.kubernetes.pod.namespace": world}
          toPorts: [{ports: [{port: "8080", protocol: TCP}, {port: "8081", protocol: TCP}]}]
      """;
}
