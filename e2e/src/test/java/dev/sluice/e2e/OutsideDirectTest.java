package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
  private Dialling dialling;

  @Test
  void theBackendSeesTheClientAndPolicyIsAboutIt() throws IOException {
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
    try (Lab lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.pod("mirror", "mirror", "node-2", "", dialling.mirror())
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
            "node.service.reply=direct")) {
      lab.awaitConnects("shop/pod", lab.address("shop/mirror", false), 8080);
      lab.awaitConnects("outside/client", "172.31.0.1", 30080);
      for (String client : List.of("client", "stranger")) {
        route(lab, client, "198.51.100.8/30", "172.31.0.1");
        route(lab, client, "2001:db8:9::/64", "fd00:31::1");
      }
      assertSeen(lab, "203.0.113.66", ADDRESSES4);
      assertSeen(lab, "2001:db8:66::66", ADDRESSES6);
      assertEquals(
          "TimeoutError", dialling.dial(lab, "outside/stranger", "tcp", "172.31.0.1", 30080, 1));
      assertEquals(
          "TimeoutError", dialling.dial(lab, "outside/stranger", "udp", "2001:db8:9::9", 80, 1));
    }
  }

  private static void route(Lab lab, String host, String prefix, String node) {
    Lab.Result done =
        lab.exec("outside/" + host, "ip", "route", "add", prefix, "via", node, "dev", "eth0");
    assertEquals(0, done.status(), done.text());
  }

  /** The backend tells every client's address, and seems to be what was dialled. */
  private void assertSeen(Lab lab, String client, List<String> addresses) {
    List<String> targets =
        addresses.stream()
            .flatMap(to -> Stream.of("tcp", "udp", "connected").map(kind -> kind + " " + to))
            .toList();
    assertEquals(
        targets.stream().map(target -> target + ": " + client).toList(),
        dialling.table(lab, "outside/client", 1, targets));
  }
}
