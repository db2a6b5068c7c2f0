package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.lab.LabFiles;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With direct replies a backend on another node sees the client's own address, and answers it. */
@RequiresKernel
class OutsideDirectTest {
  private static final List<String> ADDRESSES4 =
      List.of("172.31.0.1 30080", "172.31.0.2 30080", "198.51.100.9 80", "198.51.100.10 80");
  private static final List<String> ADDRESSES6 =
      List.of("fd00:31::1 30080", "fd00:31::2 30080", "2001:db8:9::9 80", "2001:db8:9::a 80");

  @TempDir private static Path scripts;
  private static Dialling dialling;
  private static Lab lab;

  @BeforeAll
  static void up() throws IOException {
    dialling = new Dialling(scripts);
    String policy =
        """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: mirror, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: mirror}}
          ingress:
          - fromCIDR: [203.0.113.66/32, "2001:db8:66::66/128"]
          - fromEntities: [cluster]
        """;
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.pod("mirror", "mirror", "node-2", "", dialling.mirror())
                + dialling.server("web-1", "web", "node-1")
                + dialling.server("web-2", "web", "node-2")
                + Manifests.client("pod", "pod", "node-1", "")
                + Manifests.outside("client", "203.0.113.66", "2001:db8:66::66")
                + Manifests.outside("stranger", "203.0.113.67", "2001:db8:67::67")
                + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: mirror, namespace: shop}
                spec:
                  ipFamilyPolicy: PreferDualStack
                  type: LoadBalancer
                  externalIPs: [198.51.100.9, "2001:db8:9::9"]
                  selector: {app: mirror}
                  ports:
                  - {name: t, port: 80, targetPort: 8080, nodePort: 30080}
                  - {name: u, port: 80, targetPort: 8080, nodePort: 30080, protocol: UDP}
                status: {loadBalancer: {ingress: [{ip: 198.51.100.10}, {ip: "2001:db8:9::a"}]}}
                """
                + policy,
            "node.service.reply=direct");
    for (String server : List.of("mirror", "web-1", "web-2")) {
      lab.awaitConnects("shop/pod", lab.address("shop/" + server, false), 8080);
    }
    lab.awaitConnects("outside/client", "172.31.0.1", 30080);
    for (String client : List.of("client", "stranger")) {
      route(client, "198.51.100.8/30", "172.31.0.1");
      route(client, "2001:db8:9::/64", "fd00:31::1");
    }
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void theBackendSeesTheClientAndPolicyIsAboutIt() {
    assertAnswers("203.0.113.66", ADDRESSES4);
    assertAnswers("2001:db8:66::66", ADDRESSES6);
    assertEquals(
        "TimeoutError", dialling.dial(lab, "outside/stranger", "tcp", "172.31.0.1", 30080, 1));
    assertEquals(
        "TimeoutError", dialling.dial(lab, "outside/stranger", "udp", "2001:db8:9::9", 80, 1));
  }

  private static String slice(String name, String family, String one, String two) {
    return """
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata: {name: %s, namespace: shop, labels: {kubernetes.io/service-name: crossed}}
    addressType: %s
    ports: [{name: t, port: 8080}, {name: u, port: 8080, protocol: UDP}]
    endpoints:
    - {addresses: ["%s"], nodeName: node-1, hints: {forZones: [{name: two}]}}
    - {addresses: ["%s"], nodeName: node-2, hints: {forZones: [{name: one}]}}
    """
        .formatted(name, family, one, two);
  }

  private static String zoned(int node, String zone) throws IOException {
    Path manifests = new LabFiles(lab.data()).manifests();
    String text = Files.readString(manifests.resolve("Node__node-" + node + ".yaml"));
    return "---\n"
        + text.replaceFirst("labels: \\{", "labels: {topology.kubernetes.io/zone: " + zone + ", ");
  }

  /**
   * Each node uses the backend on the other, whose own node would choose another: hints may mean a
   * backend for another zone than its own, when zones have too few.
   */
  @Test
  void aBackendMeantForAnotherZoneServesThatZone() throws IOException {
    String service =
        Manifests.service(
            "crossed",
            "ipFamilyPolicy: PreferDualStack, type: NodePort, ports: [{name: t, port: 80,"
                + " targetPort: 8080, nodePort: 30090}, {name: u, port: 80, targetPort: 8080,"
                + " nodePort: 30090, protocol: UDP}]");
    lab.apply(
        zoned(1, "one")
            + zoned(2, "two")
            + slice(
                "crossed-4",
                "IPv4",
                lab.address("shop/web-1", false),
                lab.address("shop/web-2", false))
            + slice(
                "crossed-6",
                "IPv6",
                lab.address("shop/web-1", true),
                lab.address("shop/web-2", true))
            + service);
    assertAnswers("web-2", List.of("172.31.0.1 30090", "fd00:31::1 30090"));
    assertAnswers("web-1", List.of("172.31.0.2 30090", "fd00:31::2 30090"));
  }

  private static void route(String host, String prefix, String node) {
    Lab.Result done =
        lab.exec("outside/" + host, "ip", "route", "add", prefix, "via", node, "dev", "eth0");
    assertEquals(0, done.status(), done.text());
  }

  /** Whoever answers to the client says this, and seems to be what was dialled. */
  private static void assertAnswers(String said, List<String> addresses) {
    List<String> targets =
        addresses.stream()
            .flatMap(to -> Stream.of("tcp", "udp", "connected").map(kind -> kind + " " + to))
            .toList();
    assertEquals(
        targets.stream().map(target -> target + ": " + said).toList(),
        dialling.table(lab, "outside/client", 1, targets),
        () -> lab.sluice("observe", "--last", "20").text());
  }
}
