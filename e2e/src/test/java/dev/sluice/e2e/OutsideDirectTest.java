package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With direct replies a backend on another node sees the client's own address, and answers it. */
@RequiresKernel
class OutsideDirectTest {
  /** Says to each client of TCP and UDP port 8080 which address it has. */
  private static final String MIRROR =
      """
      import socket, threading
      def udp():
          s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('::', 8080))
          while True:
              _, who = s.recvfrom(2000); s.sendto(who[0].replace('::ffff:', '').encode(), who)
      threading.Thread(target=udp, daemon=True).start()
      t = socket.create_server(('::', 8080), family=socket.AF_INET6, dualstack_ipv6=True)
      while True:
          c, who = t.accept(); c.sendall(who[0].replace('::ffff:', '').encode()); c.close()
      """;

  @TempDir private static Path scripts;

  @Test
  void theBackendSeesTheClientAndPolicyIsAboutIt() throws IOException {
    Dialling dialling = new Dialling(scripts);
    Path mirror = Files.writeString(scripts.resolve("mirror.py"), MIRROR);
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
                + Manifests.pod("mirror", "mirror", "node-2", "", "[python3, " + mirror + "]")
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
