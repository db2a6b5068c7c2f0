package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With direct replies a backend on another node sees the client's own address, and answers it. */
@RequiresKernel
class OutsideDirectTest {
  @TempDir private static Path scripts;

  @Test
  void theBackendSeesTheClientAndPolicyIsAboutIt() throws IOException {
    Dialling dialling = new Dialling(scripts);
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
                  type: NodePort
                  selector: {app: mirror}
                  ports:
                  - {name: t, port: 80, targetPort: 8080, nodePort: 30080}
                  - {name: u, port: 80, targetPort: 8080, nodePort: 30080, protocol: UDP}
                """
                + policy,
            "node.service.reply=direct")) {
      lab.awaitConnects("shop/pod", lab.address("shop/mirror", false), 8080);
      lab.awaitConnects("outside/client", "172.31.0.1", 30080);
      for (String kind : List.of("tcp", "udp")) {
        for (int node = 1; node <= 2; node++) {
          String address = "172.31.0." + node;
          assertEquals(
              "203.0.113.66 as " + address + " 30080",
              dialling.dial(lab, "outside/client", kind, address, 30080, 1));
          address = "fd00:31::" + node;
          assertEquals(
              "2001:db8:66::66 as " + address + " 30080",
              dialling.dial(lab, "outside/client", kind, address, 30080, 1));
        }
      }
      assertEquals(
          "TimeoutError", dialling.dial(lab, "outside/stranger", "tcp", "172.31.0.1", 30080, 1));
    }
  }
}
