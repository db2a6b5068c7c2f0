package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An outside host on the nodes' own wire pretends to be a pod, in two ways. */
@RequiresKernel
class ForgeryTest {
  private static final String LISTEN =
      """
      import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 8080))
      print('listening', flush=True)
      while True:
          print(s.recv(100).decode(), flush=True)
      """;

  /** Arguments: text, source, destination, node, vni (0: not in a tunnel). */
  private static final String SEND =
      """
      import socket, struct, sys
      text, src, dst, node, vni = sys.argv[1].encode(), *sys.argv[2:5], int(sys.argv[5])
      def checksum(b):
          t = sum(struct.unpack('!%dH' % (len(b) // 2), b))
          t = (t & 0xffff) + (t >> 16); t += t >> 16
          return ~t & 0xffff
      udp = struct.pack('!HHHH', 40000, 8080, 8 + len(text), 0) + text
      head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                         socket.inet_aton(src), socket.inet_aton(dst))
      packet = head[:10] + struct.pack('!H', checksum(head)) + head[12:] + udp
      if vni:
          mac = bytes.fromhex('02736c756963')
          frame = mac + mac + b'\\x08\\x00' + packet
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.sendto(struct.pack('!II', 0x08000000, vni << 8) + frame, (node, 8472))
      else:
          s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
          s.sendto(packet, (dst, 0))
      """;

  @Test
  void aPretendedPodIsNotHeard() throws IOException {
    String policy =
        """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: backend, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: backend}}
          ingress:
          - fromEndpoints:
            - matchLabels: {app: frontend}
            toPorts:
            - ports: [{port: "8080", protocol: UDP}]
        """;
    try (Lab lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + Manifests.client("backend", "backend", "node-1", "")
                + Manifests.client("frontend", "frontend", "node-2", "")
                + Manifests.outside("attacker", "203.0.113.66")
                + policy)) {
      String backend = lab.address("shop/backend", false);
      String frontend = lab.address("shop/frontend", false);
      int identity = identity(lab, "frontend");
      Path heard = lab.spawn("shop/backend", "python3", "-c", LISTEN);
      assertTrue(Waiting.until(Duration.ofSeconds(10), () -> read(heard).contains("listening")));
      for (int i = 0; i < 3; i++) {
        send(lab, "outside/attacker", "forged-vxlan", frontend, backend, identity);
        send(lab, "outside/attacker", "forged-source", frontend, backend, 0);
        send(lab, "outside/attacker", "forged-host", "10.0.1.1", backend, 0);
        send(lab, "outside/attacker", "forged-node", "172.31.0.2", backend, 0);
        send(lab, "shop/frontend", "pods-tunnel", frontend, backend, identity);
        send(lab, "shop/frontend", "pods-lie", "10.0.2.99", backend, 0);
      }
      send(lab, "shop/frontend", "honest", frontend, backend, 0);
      assertTrue(
          Waiting.until(Duration.ofSeconds(10), () -> read(heard).contains("honest")),
          "the real frontend is heard");
      assertEquals("listening\nhonest", read(heard).strip());
    }
  }

  private static void send(
      Lab lab, String from, String text, String source, String destination, int vni) {
    Lab.Result sent =
        lab.exec(from, "python3", "-c", SEND, text, source, destination, "172.31.0.1", "" + vni);
    assertTrue(sent.status() == 0 || sent.text().contains("Operation not permitted"), sent.text());
  }

  private static int identity(Lab lab, String pod) throws IOException {
    for (JsonNode each : lab.status().path("pods")) {
      if (each.path("name").asText().equals(pod)) {
        return each.path("identity").asInt();
      }
    }
    throw new AssertionError("no identity of " + pod);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
