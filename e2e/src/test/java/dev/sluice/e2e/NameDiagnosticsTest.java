package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of policies of names from what their pods do: it comes, and it goes. */
@RequiresKernel
class NameDiagnosticsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private static Path scripts;
  private static Resolving resolving;
  private static Lab lab;

  private static final String PAST =
      """
      ---
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: past, namespace: shop}
      spec:
        endpointSelector: {matchLabels: {app: past}}
        egress:
        - toEndpoints:
          - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}
          toPorts:
          - ports: [{port: "53", protocol: ANY}]
        - toFQDNs: [{matchPattern: "*.past.test"}]
          toPorts:
          - ports: [{port: "8080", protocol: TCP}]
      """;

  @BeforeAll
  static void up() throws IOException {
    resolving = new Resolving(scripts);
    lab =
        Lab.up(
            2,
            Manifests.namespace("shop")
                + resolving.outside("a", "api.idle.test", List.of("203.0.113.10", "2001:db8::10"))
                + resolving.outside("b", "api.past.test", List.of("203.0.113.11", "2001:db8::11"))
                + resolving.outside(
                    "c", "api.late.test, ttlSeconds: 1", List.of("203.0.113.12", "2001:db8::12"))
                + Manifests.client("idle", "idle", "node-1", "")
                + Manifests.client("past", "past", "node-2", "")
                + Manifests.client("late", "late", "node-2", "")
                + Resolving.policy("idle", "idle", "*.idle.test")
                + Resolving.policy("late", "late", "*.late.test")
                + PAST,
            "dns.ttl.floor=2s",
            "dns.idle.grace=1s",
            "dns.use.interval=1s",
            "dns.unasked.after=3s");
    lab.awaitConnects("outside/c", "203.0.113.12", Manifests.PORT);
  }

  @AfterAll
  static void down() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private static String told(String policy) {
    return lab.sluice("policy", "get", "shop/" + policy, "-o", "json").text();
  }

  private static void awaitTold(String policy, String... words) {
    assertTrue(
        Waiting.until(PATIENCE, () -> List.of(words).stream().allMatch(told(policy)::contains)),
        () -> List.of(words) + " in " + told(policy));
  }

  private static void awaitOver(String policy, String code) {
    assertTrue(
        Waiting.until(PATIENCE, () -> !told(policy).contains(code)),
        () -> code + " still in " + told(policy));
  }

  @Test
  void namesThatNobodyAsksFor() {
    awaitTold("idle", "names-not-asked", "matchPattern: *.idle.test");
    resolving.lookUp(lab, "shop/idle", "api.idle.test", false, 1);
    awaitOver("idle", "names-not-asked");
  }

  @Test
  void namesThatAreLookedUpPastTheProxy() throws IOException {
    for (boolean v6 : List.of(false, true)) {
      List<String> lines = resolving.lookUp(lab, "shop/past", "api.past.test", v6, 1);
      assertTrue(lines.getFirst().startsWith("closed "), lines::toString);
    }
    awaitTold(
        "past", "name-past-proxy", "shop/past asked ", "for api.past.test past the DNS proxy");
    lab.apply(Resolving.policy("past", "past", "*.past.test"));
    awaitOver("past", "name-past-proxy");
    List<String> lines = resolving.lookUp(lab, "shop/past", "api.past.test", true, 1);
    assertTrue(lines.getFirst().startsWith("opened "), lines::toString);
  }

  @Test
  void addressesThatAreUsedAfterTheirTtl() {
    for (boolean v6 : List.of(false, true)) {
      String address = v6 ? "2001:db8::12" : "203.0.113.12";
      List<String> lines = resolving.lookUp(lab, "shop/late", "api.late.test", v6, 1);
      assertTrue(lines.getFirst().startsWith("opened "), lines::toString);
      Resolving.awaitForgotten(lab, 2, address);
      assertFalse(lab.connects("shop/late", address, Manifests.PORT));
      awaitTold(
          "late",
          "address-used-after-ttl",
          "shop/late used " + address + " of api.late.test ",
          " s after its TTL of 1 s had run out",
          "dns.ttl.floor: ");
      resolving.lookUp(lab, "shop/late", "api.late.test", v6, 1);
      awaitOver("late", "address-used-after-ttl");
    }
  }
}
