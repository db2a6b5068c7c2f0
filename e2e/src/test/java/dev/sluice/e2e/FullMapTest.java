package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A policy that does not fit into the kernel's map: refused and told, and nothing of it applied.
 */
@RequiresKernel
class FullMapTest {
  /** Every second port, so that no two of them become one prefix. */
  private static String tooLarge() {
    String ports =
        IntStream.range(0, 30)
            .mapToObj(i -> "{port: \"" + (8080 + 2 * i) + "\", protocol: TCP}")
            .collect(Collectors.joining(", "));
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: large, namespace: shop}
    spec:
      endpointSelector: {matchLabels: {app: backend}}
      ingress:
      - fromEndpoints:
        - matchLabels: {app: stranger}
        toPorts:
        - ports: [%s]
    """
        .formatted(ports);
  }

  @Test
  void whatDoesNotFitIsNotHalfApplied() throws IOException {
    try (Lab lab =
        Lab.up(
            1,
            Manifests.namespace("shop")
                + Manifests.server("backend", "backend", "", "")
                + Manifests.client("frontend", "frontend", "", "")
                + Manifests.client("stranger", "stranger", "", "")
                + Manifests.allow("backend", "backend", "frontend"),
            "node.policy.entries=24")) {
      String backend = lab.address("shop/backend", false);
      lab.awaitConnects("shop/frontend", backend, Manifests.PORT);
      Lab.Result result =
          lab.sluice("lab", "apply", "--timeout", "5s", "-f", lab.file(tooLarge()).toString());
      assertEquals(1, result.status(), result.text());
      assertTrue(result.text().contains("Not realised"), result.text());
      assertTrue(result.text().contains("nothing was written"), result.text());
      assertTrue(lab.connects("shop/frontend", backend, Manifests.PORT));
      assertFalse(lab.connects("shop/stranger", backend, Manifests.PORT), "not half applied");
      lab.delete(tooLarge());
      lab.apply(Manifests.allow("stranger", "backend", "stranger"));
      assertTrue(lab.connects("shop/stranger", backend, Manifests.PORT));
    }
  }
}
