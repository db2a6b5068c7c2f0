package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services of every kind, dialled from pods and hosts of both nodes in both families. */
@RequiresKernel
class ServicesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @TempDir private static Path scripts;
  private static Dialling dialling;
  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    dialling = new Dialling(scripts);
    String web = "ports: [{port: 80, targetPort: 8080}], selector: {app: web}";
    String dual = ", ipFamilyPolicy: PreferDualStack";
    String named = "ports: [{port: 80, targetPort: web}], selector: {app: named}";
    String both =
        "ports: [{name: t, port: 53, targetPort: 8080}, {name: u, port: 53, targetPort: 8080,"
            + " protocol: UDP}], selector: {app: web}";
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + dialling.server("web-1", "web", "node-1")
                + dialling.server("web-2", "web", "node-2")
                + dialling.server("alone", "alone", "node-1")
                + dialling.server("named-1", "named", "node-1", 8080)
                + dialling.server("named-2", "named", "node-2", 9090)
                + dialling.server("unready", "named", "node-2", 8080)
                + "status: {conditions: [{type: Ready, status: \"False\"}]}\n"
                + Manifests.client("client-1", "client", "node-1", "")
                + Manifests.client("client-2", "client", "node-2", "")
                + Manifests.client("stranger", "stranger", "node-2", "")
                + Manifests.service("web", web + ", clusterIPs: [10.96.0.80, \"fd00:10:96::80\"]")
                + Manifests.service("dns", both + ", clusterIPs: [10.96.0.53, \"fd00:10:96::53\"]")
                + Manifests.service(
                    "ports",
                    "type: NodePort, clusterIPs: [10.96.0.81, \"fd00:10:96::81\"], ports:"
                        + " [{name: t, port: 80, targetPort: 8080, nodePort: 30080}, {name: u,"
                        + " port: 80, targetPort: 8080, nodePort: 30080, protocol: UDP}],"
                        + " selector: {app: web}")
                + Manifests.service(
                    "outer",
                    web
                        + dual
                        + ", clusterIPs: [10.96.0.82, \"fd00:10:96::82\"]"
                        + ", externalIPs: [198.51.100.9, \"2001:db8:9::9\"]")
                + Manifests.service(
                    "sticky", web + ", clusterIP: 10.96.0.83, sessionAffinity: ClientIP")
                + Manifests.service(
                    "near", web + ", clusterIP: 10.96.0.84, internalTrafficPolicy: Local")
                + Manifests.service(
                    "alone",
                    "clusterIPs: [10.96.0.85, \"fd00:10:96::85\"], selector: {app: alone}, ports:"
                        + " [{name: t, port: 80, targetPort: 8080}, {name: u, port: 80, targetPort:"
                        + " 8080, protocol: UDP}]")
                + Manifests.service(
                    "nobody",
                    "clusterIPs: [10.96.0.86, \"fd00:10:96::86\"], selector: {app: nobody}, ports:"
                        + " [{name: t, port: 80}, {name: u, port: 80, protocol: UDP}]")
                + Manifests.service(
                    "named", named + ", clusterIPs: [10.96.0.88, \"fd00:10:96::88\"]")
                + Manifests.service(
                    "early",
                    named
                        + ", clusterIPs: [10.96.0.89, \"fd00:10:96::89\"]"
                        + ", publishNotReadyAddresses: true")
                + Manifests.service("headless", web + ", clusterIP: None"));
    for (String server : new String[] {"web-1", "web-2", "alone", "named-1", "unready"}) {
      lab.awaitConnects("shop/client-1", lab.address("shop/" + server, false), 8080);
    }
    lab.awaitConnects("shop/client-1", lab.address("shop/named-2", false), 9090);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String dial(String from, String kind, String address, int port, int times) {
    return dialling.dial(lab, from, kind, address, port, times);
  }

  @ParameterizedTest(name = "{1} {2}:{3} from {0}")
  @CsvSource({
    "shop/client-1, tcp,       10.96.0.80,     80",
    "shop/client-2, tcp,       10.96.0.80,     80",
    "node/1,        tcp,       10.96.0.80,     80",
    "shop/client-1, tcp,       fd00:10:96::80, 80",
    "shop/client-2, tcp,       fd00:10:96::80, 80",
    "node/2,        tcp,       fd00:10:96::80, 80",
    "shop/client-1, tcp,       10.96.0.53,     53",
    "shop/client-1, udp,       10.96.0.53,     53",
    "shop/client-2, connected, 10.96.0.53,     53",
    "shop/client-1, udp,       fd00:10:96::53, 53",
    "shop/client-2, connected, fd00:10:96::53, 53",
    "shop/client-1, tcp,       172.31.0.1,     30080",
    "shop/client-1, tcp,       172.31.0.2,     30080",
    "shop/client-2, tcp,       fd00:31::1,     30080",
    "node/1,        tcp,       172.31.0.2,     30080",
    "shop/client-1, tcp,       198.51.100.9,   80",
    "shop/client-2, tcp,       2001:db8:9::9,  80",
    // The same of processes in no cgroup of the node, whose packets are balanced.
    "bare/shop/client-1, tcp,       10.96.0.80,     80",
    "bare/shop/client-2, tcp,       10.96.0.80,     80",
    "bare/shop/client-1, tcp,       fd00:10:96::80, 80",
    "bare/shop/client-2, tcp,       fd00:10:96::80, 80",
    "bare/shop/client-1, udp,       10.96.0.53,     53",
    "bare/shop/client-2, connected, 10.96.0.53,     53",
    "bare/shop/client-1, udp,       fd00:10:96::53, 53",
    "bare/shop/client-2, connected, fd00:10:96::53, 53",
    "bare/shop/client-1, tcp,       172.31.0.1,     30080",
    "bare/shop/client-1, tcp,       172.31.0.2,     30080",
    "bare/shop/client-2, tcp,       fd00:31::1,     30080",
    "bare/shop/client-2, udp,       fd00:31::2,     30080",
    "bare/shop/client-1, tcp,       198.51.100.9,   80",
    "bare/shop/client-2, tcp,       2001:db8:9::9,  80",
    // A node's own such processes reach ports of other nodes, which balance them.
    "bare/node/1, tcp,       172.31.0.2,     30080",
    "bare/node/2, udp,       fd00:31::1,     30080",
  })
  void everyBackendAnswersAndSeemsToBeTheService(
      String from, String kind, String address, int port) {
    assertAnswer(from, kind, address, port, "web-1", "web-2");
  }

  /** Two pods that call different ports web, and one that is not ready. */
  @ParameterizedTest
  @ValueSource(strings = {"shop/client-1", "bare/shop/client-2"})
  void namedPortsAreThoseOfEachPodAndUnreadyPodsServeWhereThatIsWanted(String from) {
    for (String prefix : new String[] {"10.96.0.", "fd00:10:96::"}) {
      assertAnswer(from, "tcp", prefix + "88", 80, "named-1", "named-2");
      assertAnswer(from, "tcp", prefix + "89", 80, "named-1", "named-2", "unready");
    }
  }

  /** Dials until so many have answered as there are names: they must be these. */
  private static void assertAnswer(
      String from, String kind, String address, int port, String... names) {
    Set<String> seen = new TreeSet<>();
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> {
              dial(from, kind, address, port, 10).lines().forEach(seen::add);
              return seen.size() >= names.length;
            }),
        seen.toString());
    Set<String> expected = new TreeSet<>();
    for (String name : names) {
      expected.add(name + " as " + address + " " + port);
    }
    assertEquals(expected, seen);
  }

  @Test
  void localTrafficPolicyKeepsToTheNode() {
    for (int node = 1; node <= 2; node++) {
      for (String from : new String[] {"shop/client-", "bare/shop/client-"}) {
        assertEquals(
            Set.of("web-" + node + " as 10.96.0.84 80"),
            dial(from + node, "tcp", "10.96.0.84", 80, 20).lines().collect(toSet()));
      }
    }
  }

  private static java.util.stream.Collector<String, ?, Set<String>> toSet() {
    return java.util.stream.Collectors.toSet();
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop/client-1", "bare/shop/client-2"})
  void aClientWithAffinityKeepsItsBackend(String from) {
    Set<String> seen = dial(from, "tcp", "10.96.0.83", 80, 30).lines().collect(toSet());
    assertEquals(1, seen.size(), seen.toString());
    assertEquals(seen, dial(from, "tcp", "10.96.0.83", 80, 10).lines().collect(toSet()));
  }

  @Test
  void withoutBackendsADialIsRefusedAtOnceAndTold() {
    for (String address : new String[] {"10.96.0.86", "fd00:10:96::86"}) {
      assertEquals("ConnectionRefusedError", dial("shop/client-2", "tcp", address, 80, 1));
      assertEquals("ConnectionRefusedError", dial("bare/shop/client-1", "tcp", address, 80, 1));
      assertEquals(
          "ConnectionRefusedError", dial("bare/shop/client-1", "connected", address, 80, 1));
    }
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> {
              String flows =
                  lab.sluice("observe", "--verdict", "DROPPED", "--to-service", "shop/nobody")
                      .text();
              return flows.contains("10.96.0.86:80")
                  && flows.contains("Service backend not found")
                  && flows.contains("shop/client-1")
                  && flows.contains("shop/client-2");
            }),
        lab.sluice("observe", "--last", "20").text());
  }

  @Test
  void flowsNameTheServiceAndWhatWasDialled() {
    dial("shop/client-1", "tcp", "10.96.0.85", 80, 1);
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> {
              String flows =
                  lab.sluice("observe", "--to-service", "shop/alone", "-o", "json").text();
              return flows.contains("\"destination_service\":{\"name\":\"alone\"")
                  && flows.contains("\"dialled\":\"10.96.0.85:80\"")
                  && flows.contains("\"pod_name\":\"alone\"");
            }),
        lab.sluice("observe", "--last", "20", "-o", "json").text());
  }

  @Test
  void aPodReachesItselfThroughItsServiceAsFarAsPolicyAllows() throws IOException {
    String policy = Manifests.allow("alone", "alone", "client");
    String[] addresses = {"10.96.0.85", "fd00:10:96::85"};
    for (String address : addresses) {
      String answered = "alone as " + address + " 80";
      assertEquals(answered, dial("shop/alone", "tcp", address, 80, 1));
      assertEquals(answered, dial("bare/shop/alone", "tcp", address, 80, 1));
      assertEquals(answered, dial("bare/shop/alone", "udp", address, 80, 1));
    }
    lab.apply(policy);
    for (String address : addresses) {
      String answered = "alone as " + address + " 80";
      assertEquals("PermissionError", dial("shop/alone", "tcp", address, 80, 1));
      assertEquals("TimeoutError", dial("bare/shop/alone", "tcp", address, 80, 1));
      assertEquals(answered, dial("shop/client-1", "tcp", address, 80, 1));
      assertEquals(answered, dial("bare/shop/client-1", "tcp", address, 80, 1));
      // Policy is about the backend's port, whatever the Service's is.
      assertEquals("TimeoutError", dial("shop/stranger", "tcp", address, 80, 1));
      assertEquals("TimeoutError", dial("bare/shop/stranger", "tcp", address, 80, 1));
    }
    lab.delete(policy);
    for (String address : addresses) {
      assertEquals("alone as " + address + " 80", dial("shop/stranger", "tcp", address, 80, 1));
    }
  }

  private static String slice(String name, String family, String address) {
    return """
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: %s, namespace: shop, labels: {kubernetes.io/service-name: own}}
    addressType: %s
    ports: [{name: "", port: 8080, protocol: TCP}]
    endpoints: [{addresses: ["%s"], conditions: {ready: true}}]
    """
        .formatted(name, family, address);
  }

  @Test
  void aServiceWithoutSelectorHasTheBackendsOfItsOwnSlices() throws IOException {
    lab.apply(
        Manifests.service(
                "own",
                "clusterIPs: [10.96.0.87, \"fd00:10:96::87\"], ports: [{port: 80, targetPort:"
                    + " 8080}]")
            + slice("own-4", "IPv4", lab.address("shop/web-1", false))
            + slice("own-6", "IPv6", lab.address("shop/web-2", true)));
    for (String from : new String[] {"shop/client-1", "bare/shop/client-2", "node/1"}) {
      for (String answer : new String[] {"web-1 as 10.96.0.87 80", "web-2 as fd00:10:96::87 80"}) {
        String address = answer.split(" ")[2];
        assertTrue(
            Waiting.until(PATIENCE, () -> dial(from, "tcp", address, 80, 1).equals(answer)),
            from + " " + dial(from, "tcp", address, 80, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"service list", "bpf lb list"})
  void listsShowFrontendsAndBackends(String command) throws IOException {
    String list = lab.sluice(command.split(" ")).text();
    assertTrue(list.contains("10.96.0.80:80/TCP"), list);
    assertTrue(list.contains("[fd00:10:96::53]:53/UDP"), list);
    assertTrue(list.contains("0.0.0.0:30080/TCP"), list);
    assertTrue(list.contains(lab.address("shop/web-2", false) + ":8080"), list);
  }

  @Test
  void statusSaysThatKubeProxyIsReplaced() {
    String status = lab.sluice("status", "--verbose").text();
    assertTrue(status.matches("(?s).*KubeProxyReplacement +True.*"), status);
    assertTrue(status.matches("(?s).*Socket LB Coverage +2/2 nodes.*"), status);
  }
}
