package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.LabFiles;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services of every kind, dialled from pods and hosts of both nodes in both families; those of SCTP
 * are {@link SctpServicesTest}'s.
 */
@RequiresKernel
class ServicesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @TempDir private static Path scripts;
  private static Dialling dialling;
  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    dialling = new Dialling(scripts);
    lab = Lab.up(2, ServiceKinds.manifests(dialling));
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

  /** What every kind of Service has, in both families. */
  private static final List<String> ADDRESSES =
      List.of(
          "10.96.0.80 80",
          "fd00:10:96::80 80",
          "198.51.100.9 80",
          "2001:db8:9::9 80",
          "198.51.100.10 80",
          "2001:db8:9::a 80",
          "172.31.0.1 30080",
          "172.31.0.2 30080",
          "fd00:31::1 30080",
          "fd00:31::2 30080");

  /** Each address by TCP and by UDP; those of IPv4 also from a socket of IPv6. */
  private static List<String> everyWay(List<String> addresses) {
    return addresses.stream()
        .flatMap(
            address ->
                Stream.of("tcp", "udp", "connected", "mapped", "mapped-udp", "mapped-connected")
                    .filter(kind -> !kind.startsWith("mapped") || !address.contains(":"))
                    .map(kind -> kind + " " + address))
        .toList();
  }

  /** The same of {@code bare} ones, in no cgroup of the node, whose packets are balanced. */
  @ParameterizedTest(name = "from {0}")
  @ValueSource(
      strings = {
        "shop/client-1",
        "shop/client-2",
        "node/1",
        "node/2",
        "bare/shop/client-1",
        "bare/shop/client-2"
      })
  void everyBackendAnswersAndSeemsToBeTheService(String from) {
    assertTable(from, everyWay(ADDRESSES), "web-1", "web-2");
  }

  /**
   * A node's own processes in no cgroup of it: what leaves by the uplink, which is everything but
   * the node's own ports.
   */
  @ParameterizedTest(name = "from {0}")
  @ValueSource(ints = {1, 2})
  void whatNoCgroupOfANodeHasReachesServicesToo(int node) {
    List<String> own = List.of("172.31.0." + node + " 30080", "fd00:31::" + node + " 30080");
    List<String> others = ADDRESSES.stream().filter(address -> !own.contains(address)).toList();
    assertTable("bare/node/" + node, everyWay(others), "web-1", "web-2");
  }

  /** Dials until so many have answered as there are names: they must be these. */
  private static void assertTable(String from, List<String> targets, String... names) {
    assertEquals(answered(targets, names), dialling.table(lab, from, names.length, targets), from);
  }

  /** As above, once what was applied last is in the kernel. */
  private static void awaitTable(String from, List<String> targets, String... names) {
    List<String> expected = answered(targets, names);
    boolean there =
        Waiting.until(
            PATIENCE, () -> dialling.table(lab, from, names.length, targets).equals(expected));
    if (!there) {
      assertTable(from, targets, names);
    }
  }

  private static List<String> answered(List<String> targets, String... names) {
    return targets.stream().map(target -> target + ": " + String.join(" ", names)).toList();
  }

  /** Two pods that call different ports web, and one that is not ready. */
  @ParameterizedTest
  @MethodSource("everywhere")
  void namedPortsAreThoseOfEachPodAndUnreadyPodsServeWhereThatIsWanted(String from) {
    List<String> named = List.of("tcp 10.96.0.88 80", "tcp fd00:10:96::88 80");
    assertTable(from, named, "named-1", "named-2");
    List<String> early = List.of("tcp 10.96.0.89 80", "tcp fd00:10:96::89 80");
    assertTable(from, early, "named-1", "named-2", "unready");
  }

  private static final List<String> ORIGINS =
      List.of("shop/client-", "bare/shop/client-", "node/", "bare/node/");

  private static Stream<String> everywhere() {
    return ORIGINS.stream().flatMap(from -> Stream.of(from + "1", from + "2"));
  }

  /** On each node they are these, of the node itself. */
  private static void assertNear(List<String> targets) {
    for (int node = 1; node <= 2; node++) {
      for (String from : ORIGINS) {
        awaitTable(from + node, targets, "web-" + node);
      }
    }
  }

  @Test
  void localTrafficPolicyKeepsToTheNode() {
    assertNear(everyWay(List.of("10.96.0.84 80", "fd00:10:96::84 80")));
  }

  private static String node(int node, String labels) throws IOException {
    Path manifests = new LabFiles(lab.data()).manifests();
    String text = Files.readString(manifests.resolve("Node__node-" + node + ".yaml"));
    return "---\n" + text.replaceFirst("labels: \\{", "labels: {" + labels);
  }

  private static String close(String distribution) {
    return Manifests.service(
        "close",
        "selector: {app: web}, clusterIPs: [10.96.0.91, \"fd00:10:96::91\"], ports: [{name: t,"
            + " port: 80, targetPort: 8080}, {name: u, port: 80, targetPort: 8080, protocol: UDP}],"
            + " trafficDistribution: "
            + distribution);
  }

  @Test
  void hintsKeepTrafficInTheZoneOrOnTheNode() throws IOException {
    List<String> targets = everyWay(List.of("10.96.0.91 80", "fd00:10:96::91 80"));
    String asBefore = node(1, "") + node(2, "");
    String one = node(1, "topology.kubernetes.io/zone: one, ");
    String two = node(2, "topology.kubernetes.io/zone: two, ");
    lab.apply(one + two + close("PreferSameZone"));
    assertNear(targets);
    lab.apply(two.replace("zone: two", "zone: one"));
    for (String from : ORIGINS) {
      awaitTable(from + "2", targets, "web-1", "web-2");
    }
    lab.apply(close("PreferSameNode"));
    assertNear(targets);
    lab.apply(asBefore);
    lab.delete(close("PreferSameNode"));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aClientWithAffinityKeepsItsBackend(String from) {
    List<String> targets = everyWay(List.of("10.96.0.83 80", "fd00:10:96::83 80"));
    List<String> seen = dialling.table(lab, from, 1, targets);
    seen.forEach(line -> assertTrue(line.matches(".+ 80: web-[12]"), seen::toString));
    assertEquals(seen, dialling.table(lab, from, 1, targets));
  }

  /**
   * Each dial is later than a second after the one before; both origins at once. Who is balanced by
   * its packets is given what its address says, which is the same again.
   */
  @Test
  void affinityEndsWithItsTime() {
    List<String> targets = List.of("tcp 10.96.0.90 80", "udp fd00:10:96::90 80");
    List<String> expected = answered(targets, "web-1", "web-2");
    List<List<String>> seen =
        Stream.of("shop/client-1", "node/2")
            .parallel()
            .map(from -> dialling.table(lab, from, 2, "1.1", targets))
            .toList();
    assertEquals(List.of(expected, expected), seen);
  }

  @Test
  void withoutBackendsADialIsRefusedAtOnceAndTold() {
    for (String address : new String[] {"10.96.0.86", "fd00:10:96::86"}) {
      for (String from : everywhere().toList()) {
        // Who sends datagrams without a connection past the hooks hears of no error.
        for (String kind : List.of("tcp", "connected", from.startsWith("bare/") ? "tcp" : "udp")) {
          assertEquals("ConnectionRefusedError", dial(from, kind, address, 80, 1), from);
        }
      }
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

  /** The backend is on node-1, and so are half of those who dial. */
  @ParameterizedTest(name = "{2} from {0}, {1}")
  @CsvSource({
    "shop/client-1,      tcp,       10.96.0.93",
    "shop/client-2,      tcp,       fd00:10:96::93",
    "bare/shop/client-2, tcp,       10.96.0.93",
    "bare/shop/client-1, tcp,       fd00:10:96::93",
    "node/1,             tcp,       10.96.0.93",
    "bare/node/1,        tcp,       fd00:10:96::93",
    "node/2,             tcp,       10.96.0.93",
    "node/2,             udp,       fd00:10:96::93",
    "node/2,             connected, 10.96.0.93",
    "bare/node/2,        tcp,       fd00:10:96::93",
    "bare/node/2,        udp,       10.96.0.93",
  })
  void flowsNameTheServiceAndWhatWasDialled(String from, String kind, String address) {
    dial(from, kind, address, 80, 1);
    String dialled = address.contains(":") ? "[" + address + "]:80" : address + ":80";
    String who =
        from.contains("node/")
            ? "\"identity\":1,"
            : "\"pod_name\":\"" + from.substring(from.lastIndexOf('/') + 1) + "\"";
    List<String> wanted =
        List.of(
            "\"destination_service\":{\"name\":\"told\"",
            "\"dialled\":\"" + dialled + "\"",
            "\"pod_name\":\"alone\"",
            kind.equals("tcp") ? "\"TCP\":" : "\"UDP\":",
            "\"node_name\":\"default/node-" + from.charAt(from.length() - 1) + "\"",
            who);
    String[] observe = {"observe", "--to-service", "shop/told", "-o", "json"};
    assertTrue(
        Waiting.until(PATIENCE, () -> lab.sluice(observe).text().lines().anyMatch(has(wanted))),
        () -> lab.sluice(observe).text());
  }

  private static Predicate<String> has(List<String> all) {
    return line -> all.stream().allMatch(line::contains);
  }

  @Test
  void metricsCountTheConnectionsOfAService() throws Exception {
    dial("shop/client-1", "tcp", "10.96.0.85", 80, 1);
    dial("shop/client-1", "tcp", "10.96.0.86", 80, 1);
    Properties settings = new Properties();
    try (Reader file = Files.newBufferedReader(new LabFiles(lab.data()).config("flow-sink"))) {
      settings.load(file);
    }
    URI metrics = URI.create("http://" + settings.getProperty("sink.listen") + "/metrics");
    String name = "sluice_service_connections_total{";
    for (List<String> wanted :
        List.of(
            List.of(name, "service=\"shop/alone\"", "outcome=\"FORWARDED\""),
            List.of(name, "service=\"shop/nobody\"", "outcome=\"SERVICE_BACKEND_NOT_FOUND\""))) {
      assertTrue(
          Waiting.until(PATIENCE, () -> fetch(metrics).lines().anyMatch(has(wanted))),
          () -> fetch(metrics));
    }
  }

  private static String fetch(URI uri) {
    try (InputStream body = uri.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
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

  private static String slice(
      String name, String service, String family, String address, int port) {
    return """
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: %s, namespace: shop, labels: {kubernetes.io/service-name: %s}}
    addressType: %s
    ports: [{name: t, port: %5$d}, {name: u, port: %5$d, protocol: UDP}]
    endpoints: [{addresses: ["%4$s"], conditions: {ready: true}}]
    """
        .formatted(name, service, family, address, port);
  }

  @Test
  void aServiceWithoutSelectorHasTheBackendsOfItsOwnSlices() throws IOException {
    lab.apply(
        Manifests.service(
                "own",
                "clusterIPs: [10.96.0.87, \"fd00:10:96::87\"], ports: [{name: t, port: 80,"
                    + " targetPort: 8080}]")
            + slice("own-4", "own", "IPv4", lab.address("shop/web-1", false), 8080)
            + slice("own-6", "own", "IPv6", lab.address("shop/web-2", true), 8080));
    for (String from : everywhere().toList()) {
      for (String answer : new String[] {"web-1 as 10.96.0.87 80", "web-2 as fd00:10:96::87 80"}) {
        String address = answer.split(" ")[2];
        assertTrue(
            Waiting.until(PATIENCE, () -> dial(from, "tcp", address, 80, 1).equals(answer)),
            from + " " + dial(from, "tcp", address, 80, 1));
      }
    }
  }

  /** As the API server is one: its Service has backends that are addresses of nodes. */
  @Test
  void aNodesOwnProcessMayBeTheBackend() throws IOException {
    String hosted =
        Manifests.service(
                "hosted",
                "type: NodePort, clusterIPs: [10.96.0.92, \"fd00:10:96::92\"], ports: [{name: t,"
                    + " port: 443, targetPort: 9090, nodePort: 30092}, {name: u, port: 443,"
                    + " targetPort: 9090, nodePort: 30092, protocol: UDP}]")
            + slice("hosted-4", "hosted", "IPv4", "172.31.0.1", 9090)
            + slice("hosted-6", "hosted", "IPv6", "fd00:31::1", 9090);
    dialling.serve(lab, "node/1", "host-1", 9090, "172.31.0.1");
    dialling.serve(lab, "node/1", "host-1", 9090, "fd00:31::1");
    lab.apply(hosted);
    List<String> cluster = everyWay(List.of("10.96.0.92 443", "fd00:10:96::92 443"));
    everywhere().forEach(from -> awaitTable(from, cluster, "host-1"));
    List<String> ports =
        everyWay(
            List.of(
                "172.31.0.1 30092", "172.31.0.2 30092", "fd00:31::1 30092", "fd00:31::2 30092"));
    everywhere()
        .filter(from -> !from.startsWith("bare/node"))
        .forEach(from -> awaitTable(from, ports, "host-1"));
    lab.delete(hosted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"service list", "bpf lb list"})
  void listsShowFrontendsAndBackends(String command) throws IOException {
    String list = lab.sluice(command.split(" ")).text();
    assertTrue(list.contains("10.96.0.80:80/TCP"), list);
    assertTrue(list.contains("[fd00:10:96::80]:80/UDP"), list);
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
