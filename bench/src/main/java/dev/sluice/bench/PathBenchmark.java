package dev.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.output.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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
  private record Variant(String name, String clientNetns, String serverNetns, String address) {}

  private static final class Numbers {
    final Samples connectP50 = new Samples();
    final Samples connectP99 = new Samples();
    final Samples pongP50 = new Samples();
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    Path tool = Netbench.compile();
    List<RoutedTrio> trios = new ArrayList<>();
    List<Process> servers = new ArrayList<>();
    try (BenchLab lab = BenchLab.up(1, PODS)) {
      lab.addWorld(World.manifests(0, 1000, PEERS), POLICY);
      lab.keepControlPlaneOn("" + SERVER_CPU);
      List<Variant> variants = new ArrayList<>();
      for (RoutedTrio.Filter filter : RoutedTrio.Filter.values()) {
        RoutedTrio trio = RoutedTrio.make(filter, PEERS);
        trios.add(trio);
        variants.add(
            new Variant(filter.text(), trio.client(), trio.server(), RoutedTrio.SERVER_ADDRESS));
      }
      variants.add(
          new Variant(
              "sluice",
              lab.podNetns("bench", "client"),
              lab.podNetns("bench", "server"),
              address(lab, "server")));
      for (Variant variant : variants) {
        servers.add(Netbench.serve(tool, variant.serverNetns()));
      }
      return rows(measure(tool, variants, rounds));
    } finally {
      servers.forEach(Process::destroy);
      trios.forEach(RoutedTrio::close);
      Files.delete(tool);
    }
  }

  private static Map<String, Numbers> measure(Path tool, List<Variant> variants, int rounds)
      throws IOException {
    Map<String, Numbers> all = new LinkedHashMap<>();
    variants.forEach(variant -> all.put(variant.name(), new Numbers()));
    List<Variant> order = new ArrayList<>(variants);
    for (int round = 0; round < rounds; round++) {
      for (Variant variant : order) {
        Numbers numbers = all.get(variant.name());
        Quiet.await();
        Netbench.Result connect =
            Netbench.run(
                tool, "connect", variant.clientNetns(), CLIENT_CPU, variant.address(), SECONDS);
        numbers.connectP50.add(connect.p50Nanos() / 1e3);
        numbers.connectP99.add(connect.p99Nanos() / 1e3);
        Netbench.Result pong =
            Netbench.run(
                tool, "pong", variant.clientNetns(), SERVER_CPU, variant.address(), SECONDS);
        numbers.pongP50.add(pong.p50Nanos() / 1e3);
      }
      Collections.rotate(order, 1);
    }
    return all;
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

  static String address(BenchLab lab, String pod) throws IOException {
    JsonNode status = JsonText.MAPPER.readTree(lab.sluice("lab", "status", "-o", "json"));
    for (JsonNode one : status.path("pods")) {
      if (one.path("name").asText().equals(pod)) {
        for (JsonNode ip : one.path("ips")) {
          if (ip.asText().indexOf(':') < 0) {
            return ip.asText();
          }
        }
      }
    }
    throw new IllegalStateException("pod " + pod + " has no IPv4 address: " + status);
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
