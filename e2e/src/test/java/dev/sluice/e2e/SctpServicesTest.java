package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services of SCTP in both families. Few kernels have sockets of it, so both ends are raw ones (see
 * {@code sctp.py}), which verify the checksum over ports and all, who answers, and who asks.
 */
@RequiresKernel
class SctpServicesTest {
  private static final Path SCRIPT = Lab.ROOT.resolve("e2e/src/test/resources/sctp.py");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> NODES =
      List.of("172.31.0.1 30132", "172.31.0.2 30132", "fd00:31::1 30132", "fd00:31::2 30132");
  private static final List<String> CLUSTER = List.of("10.96.0.132 30132", "fd00:10:96::132 30132");

  /** Dials; enough for chance to leave nobody out: one of two backends 2 in 2^24 times. */
  private static final int TIMES = 24;

  /** Ports of SCTP stay, so one source port leads to one backend by one address only. */
  private static final AtomicInteger PORT = new AtomicInteger(20_000);

  private static Lab lab;

  private static String server(String name, String app, String node) {
    return Manifests.pod(
        name, app, node, "", "[python3, %s, serve, %s, \"30132\"]".formatted(SCRIPT, name));
  }

  @BeforeAll
  static void up() throws IOException {
    String ports = "ports: [{port: %1$d, protocol: SCTP, nodePort: %1$d}]";
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + server("signal-1", "signal", "node-1")
                + server("signal-2", "signal", "node-2")
                + Manifests.client("client-1", "client", "node-1", "")
                + Manifests.client("client-2", "client", "node-2", "")
                + Manifests.client("stranger", "stranger", "node-1", "")
                + Manifests.outside("client", "203.0.113.66", "2001:db8:66::66")
                + Manifests.outside("other", "203.0.113.67", "2001:db8:67::67")
                + Manifests.service(
                    "signal",
                    "type: NodePort, clusterIPs: [10.96.0.132, \"fd00:10:96::132\"], selector:"
                        + " {app: signal}, "
                        + ports.formatted(30132))
                + Manifests.service(
                    "nobody",
                    "type: NodePort, clusterIPs: [10.96.0.133, \"fd00:10:96::133\"], selector:"
                        + " {app: nobody}, "
                        + ports.formatted(30133)));
    for (String name : List.of("signal-1", "signal-2")) {
      for (boolean v6 : new boolean[] {false, true}) {
        String direct = lab.address("shop/" + name, v6) + " 30132";
        List<String> expected = List.of(direct + ": " + name);
        Waiting.until(PATIENCE, () -> dial("shop/client-1", 1, List.of(direct)).equals(expected));
        assertEquals(expected, dial("shop/client-1", 1, List.of(direct)));
      }
    }
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static List<String> dial(String from, int times, List<String> targets) {
    Stream<String> words =
        Stream.of(
            "python3",
            SCRIPT.toString(),
            "dial",
            "" + times,
            "" + PORT.getAndAdd(times * targets.size()));
    String[] command = Stream.concat(words, targets.stream()).toArray(String[]::new);
    return lab.exec(from, command).text().lines().toList();
  }

  private static void assertBothAnswer(String from, List<String> targets) {
    assertEquals(
        targets.stream().map(target -> target + ": signal-1 signal-2").toList(),
        dial(from, TIMES, targets),
        () -> lab.sluice("observe", "--last", "20").text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop/client-1", "shop/client-2"})
  void podsReachBackendsOfBothNodes(String from) {
    assertBothAnswer(from, Stream.concat(CLUSTER.stream(), NODES.stream()).toList());
  }

  /** All but its own node ports: no program sees what it sends itself. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void soDoNodes(int node) {
    Stream<String> others =
        NODES.stream().filter(to -> !to.matches(".*[.:]%d 30132".formatted(node)));
    assertBothAnswer("node/" + node, Stream.concat(CLUSTER.stream(), others).toList());
  }

  @Test
  void soDoClientsOutside() {
    assertBothAnswer("outside/client", NODES);
    assertBothAnswer("outside/other", NODES);
  }

  @Test
  void withoutBackendsTheClientIsToldAtOnce() {
    List<String> cluster = List.of("10.96.0.133 30133", "fd00:10:96::133 30133");
    for (String from : List.of("shop/client-1", "node/1")) {
      assertEquals(refused(cluster), dial(from, 1, cluster), from);
    }
    List<String> ports = List.of("172.31.0.1 30133", "fd00:31::2 30133");
    assertEquals(refused(ports), dial("outside/client", 1, ports));
  }

  private static List<String> refused(List<String> targets) {
    return targets.stream().map(target -> target + ": ConnectionRefusedError").toList();
  }

  @Test
  void policyIsAboutTheClientAndTheBackendsPort() throws IOException {
    String policy =
        """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: signal, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: signal}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: client}}]
            toPorts: [{ports: [{port: "30132", protocol: SCTP}]}]
          - fromCIDR: [203.0.113.66/32, "2001:db8:66::66/128"]
            toPorts: [{ports: [{port: "30132", protocol: SCTP}]}]
        """;
    lab.apply(policy);
    assertBothAnswer("shop/client-2", CLUSTER);
    assertBothAnswer("outside/client", NODES);
    assertEquals(silent(CLUSTER), dial("shop/stranger", 1, CLUSTER));
    assertEquals(silent(NODES), dial("outside/other", 1, NODES));
    lab.delete(policy);
    assertBothAnswer("shop/stranger", CLUSTER);
  }

  private static List<String> silent(List<String> targets) {
    return targets.stream().map(target -> target + ": TimeoutError").toList();
  }
}
