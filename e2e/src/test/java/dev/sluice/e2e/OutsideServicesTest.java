package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.lab.drive.HeldConnection;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services for hosts outside the cluster, and pods that speak to such hosts, in both families. */
@RequiresKernel
class OutsideServicesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String CLIENT = "outside/client";
  private static final String STRANGER = "outside/stranger";
  private static final String SERVER4 = "203.0.113.50";
  private static final String SERVER6 = "2001:db8:50::50";

  @TempDir private static Path scripts;
  private static Dialling dialling;
  private static Lab lab;

  private static String service(String name, String spec) {
    return Manifests.service(name, "ipFamilyPolicy: PreferDualStack, " + spec);
  }

  /**
   * @param nodePort 0 for none
   */
  private static String web(int nodePort) {
    String port = "port: 80, targetPort: 8080" + (nodePort == 0 ? "" : ", nodePort: " + nodePort);
    return "selector: {app: web}, ports: [{name: t, %1$s}, {name: u, protocol: UDP, %1$s}]"
        .formatted(port);
  }

  private static String named(int nodePort) {
    return "type: NodePort, selector: {app: named}, ports: [{port: 80, targetPort: web, nodePort: "
        + nodePort
        + "}]";
  }

  @BeforeAll
  static void up() throws IOException {
    dialling = new Dialling(scripts);
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + dialling.server("web-1", "web", "node-1")
                + dialling.server("web-2", "web", "node-2")
                + dialling.server("alone", "alone", "node-1")
                + Manifests.client("pod-1", "pod", "node-1", "")
                + Manifests.client("pod-2", "pod", "node-2", "")
                + Manifests.pod("echo", "echo", "node-2", "", HeldConnection.SERVER)
                + Manifests.outside("client", "203.0.113.66", "2001:db8:66::66")
                + Manifests.outside("stranger", "203.0.113.67", "2001:db8:67::67")
                + Manifests.outside("server", SERVER4, SERVER6)
                    .replace("spec:", "spec:\n  command: " + dialling.mirror())
                + service("web", "type: NodePort, " + web(30080))
                + service("near", "type: NodePort, externalTrafficPolicy: Local, " + web(30081))
                + service(
                        "nearest",
                        "type: LoadBalancer, externalTrafficPolicy: Local, externalIPs:"
                            + " [198.51.100.8, \"2001:db8:9::8\"], "
                            + web(30087))
                    .stripTrailing()
                + """

                status: {loadBalancer: {ingress: [{ip: 198.51.100.11}, {ip: "2001:db8:9::b"}]}}
                """
                + service("sticky", "type: NodePort, sessionAffinity: ClientIP, " + web(30088))
                + service(
                    "alone",
                    "type: NodePort, selector: {app: alone}, ports: [{port: 80, targetPort: 8080,"
                        + " nodePort: 30082}]")
                + service(
                    "nobody",
                    "type: NodePort, selector: {app: nobody}, ports: [{name: t, port: 80, nodePort:"
                        + " 30083}, {name: u, port: 80, nodePort: 30083, protocol: UDP}]")
                + service(
                    "echo",
                    "type: NodePort, selector: {app: echo}, ports: [{port: 80, targetPort: 8080,"
                        + " nodePort: 30084}]")
                + dialling.server("named-1", "named", "node-1", 8080)
                + dialling.server("named-2", "named", "node-2", 9090)
                + dialling.server("unready", "named", "node-2", 8080)
                + "status: {conditions: [{type: Ready, status: \"False\"}]}\n"
                + service("named", named(30090))
                + service("early", "publishNotReadyAddresses: true, " + named(30091))
                + service("outer", "externalIPs: [198.51.100.9, \"2001:db8:9::9\"], " + web(0))
                + service(
                        "balanced",
                        "type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.66/32,"
                            + " \"2001:db8:66::/64\"], "
                            + web(30085))
                    .stripTrailing()
                + """

                status: {loadBalancer: {ingress: [{ip: 198.51.100.10}, {ip: "2001:db8:9::a"}]}}
                """);
    for (String host : List.of(CLIENT, STRANGER)) {
      route(host, "198.51.100.8/30", "172.31.0.1");
      route(host, "2001:db8:9::/64", "fd00:31::2");
    }
    for (String server : List.of("web-1", "web-2", "alone", "echo", "named-1", "unready")) {
      lab.awaitConnects("shop/pod-1", lab.address("shop/" + server, false), 8080);
    }
    lab.awaitConnects("shop/pod-1", lab.address("shop/named-2", false), 9090);
    lab.awaitConnects(CLIENT, "172.31.0.1", 30082);
    lab.awaitConnects("outside/client", SERVER4, 8080);
  }

  /** Outside hosts are on the nodes' wire: any node is a way to a Service's address. */
  private static void route(String host, String prefix, String node) {
    Lab.Result done = lab.exec(host, "ip", "route", "add", prefix, "via", node, "dev", "eth0");
    assertEquals(0, done.status(), done.text());
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

  /** Each address by TCP and by UDP. */
  private static List<String> everyWay(List<String> addresses) {
    return addresses.stream()
        .flatMap(address -> Stream.of("tcp", "udp", "connected").map(kind -> kind + " " + address))
        .toList();
  }

  private static List<String> nodes(int port) {
    return Stream.of("172.31.0.1 ", "172.31.0.2 ", "fd00:31::1 ", "fd00:31::2 ")
        .map(address -> address + port)
        .toList();
  }

  /** The client dials until so many have answered as there are names: they must be these. */
  private static void assertTable(List<String> targets, String... names) {
    assertEquals(
        targets.stream().map(target -> target + ": " + String.join(" ", names)).toList(),
        dialling.table(lab, CLIENT, names.length, targets),
        OutsideServicesTest::explain);
  }

  @Test
  void clientsOutsideReachBackendsOfBothNodesAndHearThemAsTheService() {
    List<String> addresses = new ArrayList<>(nodes(30080));
    addresses.addAll(nodes(30085));
    addresses.addAll(List.of("198.51.100.9 80", "2001:db8:9::9 80"));
    addresses.addAll(List.of("198.51.100.10 80", "2001:db8:9::a 80"));
    assertTable(everyWay(addresses), "web-1", "web-2");
  }

  @Test
  void namedPortsAreThoseOfEachPodAndUnreadyPodsServeWhereThatIsWanted() {
    Function<Integer, List<String>> tcp =
        port -> nodes(port).stream().map(address -> "tcp " + address).toList();
    assertTable(tcp.apply(30090), "named-1", "named-2");
    assertTable(tcp.apply(30091), "named-1", "named-2", "unready");
  }

  @Test
  void aClientWithAffinityKeepsItsBackend() {
    List<String> targets = everyWay(nodes(30088));
    List<String> seen = dialling.table(lab, CLIENT, 1, targets);
    seen.forEach(line -> assertTrue(line.matches(".+ 30088: web-[12]"), seen::toString));
    assertEquals(seen, dialling.table(lab, CLIENT, 1, targets));
  }

  /** As whatever answers for others on a node of its own is one. */
  @Test
  void aNodesOwnProcessMayBeTheBackend() throws IOException {
    String slice =
        """
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: hosted-%3$d, namespace: shop, labels: {kubernetes.io/service-name: hosted}}
        addressType: %1$s
        ports: [{name: t, port: 9090}, {name: u, port: 9090, protocol: UDP}]
        endpoints: [{addresses: ["%2$s"]}]
        """;
    String hosted =
        service("hosted", "type: NodePort, " + web(30089).replace("selector: {app: web}, ", ""))
            + slice.formatted("IPv4", "172.31.0.1", 4)
            + slice.formatted("IPv6", "fd00:31::1", 6);
    dialling.serve(lab, "node/1", "host-1", 9090, "172.31.0.1");
    dialling.serve(lab, "node/1", "host-1", 9090, "fd00:31::1");
    lab.apply(hosted);
    List<String> targets = nodes(30089);
    targets.forEach(at -> lab.awaitConnects(CLIENT, at.split(" ")[0], 30089));
    assertTable(everyWay(targets), "host-1");
    lab.delete(hosted);
  }

  private static String explain() {
    return lab.sluice("observe", "--last", "20").text() + lab.sluice("bpf", "nat", "list").text();
  }

  @Test
  void onlyLocalBackendsServeWhereTheServiceSaysSo() {
    assertTable(everyWay(List.of("172.31.0.1 30081", "fd00:31::1 30081")), "web-1");
    assertTable(everyWay(List.of("172.31.0.2 30081", "fd00:31::2 30081")), "web-2");
    // IPv4 comes by the first node, IPv6 by the second.
    assertTable(everyWay(List.of("198.51.100.8 80", "198.51.100.11 80")), "web-1");
    assertTable(everyWay(List.of("2001:db8:9::8 80", "2001:db8:9::b 80")), "web-2");
  }

  @Test
  void aLoadBalancerHearsWhichNodesHaveBackends() throws IOException {
    String service =
        service(
            "checked",
            "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32001,"
                + " selector: {app: alone}, ports: [{port: 80, targetPort: 8080, nodePort:"
                + " 30086}]");
    lab.apply(service);
    String ask = "curl -s -o - -w ' %%{http_code}' http://%s:32001/healthz";
    List<String> here = List.of("172.31.0.1", "[fd00:31::1]");
    for (String node : here) {
      String said = lab.exec(CLIENT, "sh", "-c", ask.formatted(node)).text();
      assertTrue(said.contains("\"localEndpoints\": 1") && said.endsWith(" 200"), said);
    }
    for (String node : List.of("172.31.0.2", "[fd00:31::2]")) {
      String said = lab.exec(CLIENT, "sh", "-c", ask.formatted(node)).text();
      assertTrue(said.contains("\"name\": \"checked\"") && said.endsWith(" 503"), said);
    }
    nobodyIsRefusedWhileAnApplierIsSucceeded();
    lab.delete(service);
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> lab.exec(CLIENT, "sh", "-c", ask.formatted("172.31.0.1")).status() != 0));
  }

  private static void nobodyIsRefusedWhileAnApplierIsSucceeded() throws IOException {
    Path enough = scripts.resolve("enough");
    String ask =
        "while [ ! -e %s ]; do curl -s -o /dev/null -w '%%{http_code}\n"
            + "' http://172.31.0.1:32001/ || echo refused; done";
    Path answers = lab.spawn(CLIENT, "sh", "-c", ask.formatted(enough));
    awaitMore(answers);
    assertEquals(0, lab.sluice("lab", "restart", "node-applier@node-1").status());
    awaitMore(answers);
    Files.createFile(enough);
    assertEquals(Set.of("200"), Set.copyOf(said(answers)));
  }

  @Test
  void flowsNameTheClientAndTheServiceItDialled() {
    dial(CLIENT, "tcp", "172.31.0.1", 30082, 1); // its backend is on node-1
    dial(CLIENT, "tcp", "172.31.0.2", 30082, 1);
    assertTrue(
        Waiting.until(
            PATIENCE,
            () -> {
              String flows =
                  lab.sluice("observe", "--to-service", "shop/alone", "-o", "json").text();
              return List.of("node-1", "node-2").stream()
                  .allMatch(
                      node ->
                          flows
                              .lines()
                              .anyMatch(
                                  line ->
                                      line.contains("\"node_name\":\"default/" + node)
                                          && line.contains("203.0.113.66")
                                          && line.contains("\"pod_name\":\"alone\"")));
            }),
        lab.sluice("observe", "--to-service", "shop/alone", "-o", "json").text());
  }

  @Test
  void allBackendsAreReplacedAndAppliersDieUnderLoadFromOutside() throws IOException {
    lab.apply(
        dialling.server("old-1", "rolling", "node-1")
            + dialling.server("old-2", "rolling", "node-2")
            + service(
                "rolling",
                "type: NodePort, selector: {app: rolling}, ports: [{port: 80, targetPort: 8080,"
                    + " nodePort: 30087}]"));
    for (String server : List.of("old-1", "old-2")) {
      lab.awaitConnects("shop/pod-1", lab.address("shop/" + server, false), 8080);
    }
    lab.awaitConnects(CLIENT, "172.31.0.1", 30087);
    List<Path> loads =
        List.of(
            dialling.load(lab, CLIENT, "172.31.0.1", 30087),
            dialling.load(lab, CLIENT, "fd00:31::2", 30087));
    loads.forEach(OutsideServicesTest::awaitLoad);
    for (int i = 1; i <= 2; i++) {
      String node = "node-" + i;
      String fresh = "new-" + i;
      lab.apply(dialling.server(fresh, "starting", node));
      lab.awaitConnects("shop/pod-1", lab.address("shop/" + fresh, false), 8080);
      lab.apply(dialling.server(fresh, "rolling", node));
      String old = dialling.server("old-" + i, "rolling", node);
      lab.apply(
          old.replaceFirst(
              "labels: \\{app: rolling\\}\\}",
              "labels: {app: rolling}, deletionTimestamp: \"2026-01-01T00:00:00Z\"}"));
      loads.forEach(OutsideServicesTest::awaitLoad);
      lab.delete(old);
    }
    loads.forEach(OutsideServicesTest::awaitLoad);
    lab.kill("node-applier");
    loads.forEach(OutsideServicesTest::awaitLoad);
    lab.start("node-applier");
    loads.forEach(OutsideServicesTest::awaitLoad);
    for (Path load : loads) {
      assertEquals(
          List.of(), said(load).stream().filter(line -> line.startsWith("failed")).toList());
    }
  }

  private static void awaitLoad(Path load) {
    int before = said(load).size();
    assertTrue(
        Waiting.until(PATIENCE, () -> said(load).size() >= before + 3), said(load) + explain());
  }

  @Test
  void onlyItsSourceRangesReachABalancedAddress() {
    for (String address : List.of("198.51.100.10", "2001:db8:9::a")) {
      assertEquals("TimeoutError", dial(STRANGER, "tcp", address, 80, 1));
    }
    assertEquals("TimeoutError", dial(STRANGER, "udp", "2001:db8:9::a", 80, 1));
    List<String> free = everyWay(List.of("198.51.100.9 80", "2001:db8:9::9 80"));
    assertEquals(
        free.stream().map(target -> target + ": web-1 web-2").toList(),
        dialling.table(lab, STRANGER, 2, free));
  }

  @Test
  void withoutBackendsTheClientIsToldAtOnce() {
    for (String address : List.of("172.31.0.1", "fd00:31::2")) {
      assertEquals("ConnectionRefusedError", dial(CLIENT, "tcp", address, 30083, 1));
      assertEquals("ConnectionRefusedError", dial(CLIENT, "connected", address, 30083, 1));
    }
  }

  @Test
  void policyIsAboutTheClientWhicheverNodeItDials() throws IOException {
    String policy =
        """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: alone, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: alone}}
          ingress:
          - fromCIDR: [203.0.113.66/32, "2001:db8:66::66/128"]
            toPorts:
            - ports: [{port: "8080", protocol: TCP}]
        """;
    lab.apply(policy);
    List<String> nodes = List.of("172.31.0.1", "172.31.0.2", "fd00:31::1", "fd00:31::2");
    for (String node : nodes) {
      assertEquals("alone as " + node + " 30082", dial(CLIENT, "tcp", node, 30082, 1), explain());
      assertEquals("TimeoutError", dial(STRANGER, "tcp", node, 30082, 1));
    }
    lab.delete(policy);
    for (String node : nodes) {
      assertEquals("alone as " + node + " 30082", dial(STRANGER, "tcp", node, 30082, 1));
    }
  }

  @Test
  void podsSpeakToTheOutsideUnderTheirNodesAddress() {
    for (int node = 1; node <= 2; node++) {
      String pod = "shop/pod-" + node;
      for (String kind : List.of("tcp", "udp")) {
        assertEquals(
            "172.31.0." + node + " as " + SERVER4 + " 8080", dial(pod, kind, SERVER4, 8080, 1));
        assertEquals(
            "fd00:31::" + node + " as " + SERVER6 + " 8080", dial(pod, kind, SERVER6, 8080, 1));
      }
      assertEquals(0, lab.exec(pod, "ping", "-c", "1", "-W", "2", SERVER4).status(), explain());
      assertEquals(0, lab.exec(pod, "ping", "-c", "1", "-W", "2", SERVER6).status(), explain());
    }
  }

  private static List<String> said(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void awaitMore(Path connection) {
    int before = said(connection).size();
    assertTrue(
        Waiting.until(PATIENCE, () -> said(connection).size() >= before + 10),
        said(connection) + explain());
  }

  @Test
  void connectionsLiveWhileAppliersDie() throws IOException {
    List<HeldConnection> connections =
        List.of(
            HeldConnection.open(lab, CLIENT, "172.31.0.1", 30084),
            HeldConnection.open(lab, CLIENT, "fd00:31::2", 30084));
    lab.kill("node-applier");
    connections.forEach(HeldConnection::awaitMore);
    assertEquals("alone as 172.31.0.2 30082", dial(CLIENT, "tcp", "172.31.0.2", 30082, 1));
    lab.start("node-applier");
    connections.forEach(HeldConnection::awaitMore);
  }
}
