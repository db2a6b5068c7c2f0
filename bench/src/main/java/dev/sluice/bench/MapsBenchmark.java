package dev.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.output.JsonText;
import dev.sluice.node.kernel.BpfCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What policies take in the kernel's maps: the entries of the story's shop, and what a node writes
 * when somebody new comes whom the rules of some of its pods select. The kernel counts the calls.
 */
final class MapsBenchmark implements Benchmark.AtOnce {
  private static final List<String> SHOP =
      List.of(
          "10-shop.yaml",
          "steps/default-deny.yaml",
          "steps/backend-allow-frontend.yaml",
          "steps/frontend-egress.yaml");

  /** What an identity has whatever its rules: one for each direction, and one for its node. */
  private static final int BASE = 3;

  /** Identities that the shop's rules allow, times the ports that they allow them. */
  private static final int SHOP_ALLOWS = 2;

  /** Port rules of three pods of the node; those of the last are for somebody else. */
  private static final List<Integer> PORT_RULES = List.of(2, 3, 4);

  private static final int SELECTING = 2;

  /** An endpoint is marked as changing, in one record, and as changed, in both. */
  private static final int ENDPOINT_CALLS = 3;

  /** The number of a label that nobody had. */
  private static final int NEWCOMER = 7;

  @Override
  public String name() {
    return "maps";
  }

  @Override
  public String about() {
    return "entries of the shop in the kernel's maps; writes for one new identity, counted by the"
        + " kernel";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    List<Row> rows = new ArrayList<>(shop());
    rows.addAll(newIdentity());
    return rows;
  }

  private List<Row> shop() throws IOException {
    StringBuilder manifests = new StringBuilder();
    Path demo = Path.of(System.getProperty("sluice.home"), "demo");
    for (String file : SHOP) {
      manifests.append("---\n").append(Files.readString(demo.resolve(file)));
    }
    try (BenchLab lab = BenchLab.up(1, manifests.toString())) {
      int policy = list(lab, "policy").size();
      int addresses = list(lab, "ipcache").size();
      Set<Long> identities = new TreeSet<>();
      for (JsonNode endpoint : json(lab, "endpoint", "list", "-o", "json")) {
        identities.add(endpoint.path("status").path("identity").path("id").asLong());
      }
      int bound = BASE * identities.size() + SHOP_ALLOWS;
      return List.of(
          Row.atMost(name(), "policy entries of the shop on one node", policy, "entries", bound),
          Row.untargeted(name(), "addresses of the shop on one node", addresses, "entries"));
    }
  }

  private List<Row> newIdentity() throws Exception {
    StringBuilder manifests = new StringBuilder();
    for (int pod = 0; pod < PORT_RULES.size(); pod++) {
      manifests.append(World.idlePod("bench", "p-" + pod, "p-" + pod));
      String from = pod < SELECTING ? "w-" + NEWCOMER : "nobody";
      manifests.append(policy(pod, from, PORT_RULES.get(pod)));
    }
    try (BenchLab lab = BenchLab.up(1, manifests.toString())) {
      lab.addWorld(World.manifests(0, 1, 1), World.policy("bench", "first", "first", "client"));
      int before = list(lab, "policy").size();
      try (BpfCalls calls = new BpfCalls(applier(lab))) {
        apply(lab, World.pod("newcomer", NEWCOMER, "10.127.0.9", World.SPARE));
        int writes = written(calls);
        int entries = list(lab, "policy").size() - before;
        apply(lab, World.pod("stranger", NEWCOMER + 1, "10.127.0.10", World.SPARE));
        int others = written(calls) - writes;
        int rules = PORT_RULES.stream().limit(SELECTING).mapToInt(Integer::intValue).sum();
        String who = "a new identity that %d port rules of %d pods select";
        return List.of(
            Row.atMost(
                name(),
                "policy entries for " + who.formatted(rules, SELECTING),
                entries,
                "entries",
                rules),
            Row.atMost(
                name(),
                "calls for it: the entries, %d for each of the pods, its address"
                    .formatted(ENDPOINT_CALLS),
                writes,
                "calls",
                1 + ENDPOINT_CALLS * SELECTING + 1),
            Row.atMost(name(), "calls for one that none selects: its address", others, "calls", 1));
      }
    }
  }

  /** What the process' other threads write is not for identities: sockets of the DNS proxy. */
  private static int written(BpfCalls calls) throws IOException {
    return (int) calls.seen().stream().filter(call -> !call.contains(" dns-")).count();
  }

  private static void apply(BenchLab lab, String manifest) throws IOException {
    Path file = Files.createTempFile("sluice-bench", ".yaml");
    try {
      Files.writeString(file, manifest);
      lab.sluice("lab", "apply", "-f", file.toString());
    } finally {
      Files.delete(file);
    }
  }

  private static long applier(BenchLab lab) throws IOException {
    for (JsonNode component : json(lab, "lab", "status", "-o", "json").path("components")) {
      if (component.path("name").asText().equals("node-applier")) {
        return component.path("pid").asLong();
      }
    }
    throw new IllegalStateException("no applier runs");
  }

  private static String policy(int pod, String from, int ports) {
    List<String> all =
        IntStream.range(0, ports)
            .mapToObj(port -> "{port: \"%d\", protocol: TCP}".formatted(8001 + 2 * port))
            .toList();
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: policy-%1$d, namespace: bench}
    spec:
      endpointSelector: {matchLabels: {app: p-%1$d}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: %2$s, "k8s:io.kubernetes.pod.namespace": world}}]
        toPorts: [{ports: [%3$s]}]
    """
        .formatted(pod, from, String.join(", ", all));
  }

  private static JsonNode list(BenchLab lab, String map) throws IOException {
    return json(lab, "bpf", map, "list", "-o", "json");
  }

  private static JsonNode json(BenchLab lab, String... words) throws IOException {
    return JsonText.MAPPER.readTree(lab.sluice(words));
  }
}
