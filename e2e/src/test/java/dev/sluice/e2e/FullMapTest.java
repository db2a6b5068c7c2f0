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

  private static String room(int entries) {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: SluiceSettings
    metadata: {name: cluster}
    spec: {policyMapEntries: %d}
    """
        .formatted(entries);
  }

  /** Two versions of one policy: a small one with a prefix, and one with too many ports. */
  private static String versions(String peers, int ports) {
    String list =
        IntStream.range(0, ports)
            .mapToObj(i -> "{port: \"" + (8080 + 2 * i) + "\", protocol: TCP}")
            .collect(Collectors.joining(", "));
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: versions, namespace: shop}
    spec:
      endpointSelector: {matchLabels: {app: backend}}
      ingress:
      - %s
        toPorts:
        - ports: [%s]
    """
        .formatted(peers, list);
  }

  @Test
  void whatHasNoRoomIsRefusedBeforeItIsPublished() throws IOException {
    try (Lab lab =
        Lab.up(
            1,
            Manifests.namespace("shop")
                + Manifests.server("backend", "backend", "", "")
                + Manifests.client("stranger", "stranger", "", "")
                + Manifests.outside("shop-window", "203.0.113.7", "2001:db8::7")
                + versions("fromCIDR: [203.0.113.0/24, \"2001:db8::/64\"]", 1),
            "policy.map.entries=16")) {
      String stranger = "fromEndpoints: [{matchLabels: {app: stranger}}]";
      assertReached(lab, "outside/shop-window", true);
      Lab.Result refused =
          lab.sluice("lab", "apply", "-f", lab.file(versions(stranger, 30)).toString());
      assertEquals(1, refused.status(), refused.text());
      assertTrue(refused.text().contains("and may have 16: name fewer"), refused.text());
      // Prefixes that only the accepted version names stay who they are, in both families.
      lab.apply(Manifests.allow("other", "nobody", "nobody"));
      assertReached(lab, "outside/shop-window", true);
      assertReached(lab, "shop/stranger", false);
      String shown = lab.sluice("policy", "get", "shop/versions").text();
      assertTrue(shown.contains("refused: "), shown);
      assertTrue(shown.contains("/16 "), shown);
      lab.apply(versions(stranger, 1));
      assertReached(lab, "outside/shop-window", false);
      assertReached(lab, "shop/stranger", true);
      Lab.Result again =
          lab.sluice("lab", "apply", "-f", lab.file(versions(stranger, 30)).toString());
      assertEquals(1, again.status(), again.text());
      lab.apply(room(200)); // goes before what the configuration says, and lets it in
      String accepted = lab.sluice("policy", "get", "shop/versions").text();
      assertTrue(accepted.matches("(?s).*[0-9]+/200\\s.*"), accepted);
      assertFalse(accepted.contains("refused"), accepted);
      Lab.Result verified = lab.sluice("replay", "--verify");
      assertEquals(0, verified.status(), verified.text());
    }
  }

  private static void assertReached(Lab lab, String from, boolean reached) throws IOException {
    for (boolean v6 : new boolean[] {false, true}) {
      String backend = lab.address("shop/backend", v6);
      if (reached) {
        lab.awaitConnects(from, backend, Manifests.PORT);
      } else {
        assertFalse(lab.connects(from, backend, Manifests.PORT), from + " " + backend);
      }
    }
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
