package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.cli.Main;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy matrix} says the same by lookup, by the language, and by the kernel. */
@RequiresKernel
class EnginesTest {
  @TempDir private Path folder;

  @Test
  void threeEnginesAgree() throws IOException {
    Files.writeString(
        folder.resolve("world.yaml"),
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: shop, labels: {app: web}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: db, namespace: shop, labels: {app: db}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: job, namespace: batch, labels: {app: job}}
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: db, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: db}}
          ingress:
          - fromEndpoints: [{matchLabels: {app: web}}]
            toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
          - fromEntities: [remote-node]
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: job, namespace: batch}
        spec:
          endpointSelector: {}
          egress:
          - toEntities: [world]
            toPorts: [{ports: [{port: "443", protocol: TCP}, {port: "53", protocol: UDP}]}]
          - toEndpoints: [{matchLabels: {k8s:io.kubernetes.pod.namespace: shop}}]
        """);
    String compiled = matrix("compiled");
    assertTrue(compiled.contains("allow") && compiled.contains("deny"), compiled);
    assertEquals(compiled, matrix("oracle"));
    assertEquals(compiled, matrix("kernel"));
  }

  private String matrix(String engine) {
    StringWriter out = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .execute(
                "policy",
                "matrix",
                "-f",
                folder.toString(),
                "--port",
                "5432/TCP",
                "443/TCP",
                "53/UDP",
                "9/SCTP",
                "8/ICMP",
                "128/ICMPv6",
                "--peer",
                "198.51.100.7",
                "172.31.0.1",
                "2001:db8::7",
                "--engine",
                engine,
                "-o",
                "json");
    assertEquals(0, status);
    return out.toString();
  }
}
