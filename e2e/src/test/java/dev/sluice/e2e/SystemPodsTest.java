package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.kernel.RequiresKernel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Policies of every kind that cut everything off leave the pods of Sluice what they need, in both
 * families: Kafka where the settings say it is, the API server, and each other.
 */
@RequiresKernel
class SystemPodsTest {
  private static final String SETTINGS =
      """
      ---
      apiVersion: sluice.dev/v1
      kind: SluiceSettings
      metadata: {name: cluster}
      spec:
        policyEnforcementMode: always
        systemNamespace: sluice-system
        systemPeers:
        - {cidr: 203.0.113.20, port: 8080}
        - {cidr: "2001:db8::20", port: 8080}
      """;

  /** The API server has an address outside. */
  private static final String API_SERVER =
      """
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
      addressType: IPv4
      endpoints: [{addresses: [203.0.113.30]}]
      ports: [{name: https, port: 8080, protocol: TCP}]
      """;

  private static final String CUTS =
      """
      ---
      apiVersion: cilium.io/v2
      kind: CiliumClusterwideNetworkPolicy
      metadata: {name: nothing}
      spec:
        endpointSelector: {}
        ingressDeny: [{fromEntities: [all]}]
        egressDeny: [{toEntities: [all]}]
      ---
      apiVersion: policy.networking.k8s.io/v1alpha2
      kind: ClusterNetworkPolicy
      metadata: {name: nothing-first}
      spec:
        tier: Admin
        priority: 0
        subject: {namespaces: {}}
        egress:
        - {name: none, action: Deny, to: [{networks: [0.0.0.0/0, "::/0"]}]}
      """;

  private static String inSystem(String manifest) {
    return manifest.replace("namespace: shop", "namespace: sluice-system");
  }

  private static String host(String name, String... addresses) {
    return Manifests.outside(name, addresses)
        + "  command: [python3, -m, http.server, \"8080\", --bind, \"::\"]\n";
  }

  @Test
  void policiesCannotCutSluiceOff() throws IOException {
    try (Lab lab =
        Lab.up(
            1,
            Manifests.namespace("shop")
                + Manifests.namespace("sluice-system")
                + inSystem(Manifests.server("stream", "stream", "", ""))
                + inSystem(Manifests.client("ingest", "ingest", "", ""))
                + Manifests.client("other", "other", "", "")
                + host("kafka", "203.0.113.20", "2001:db8::20")
                + host("api-server", "203.0.113.30")
                + host("elsewhere", "203.0.113.40", "2001:db8::40")
                + API_SERVER)) {
      for (String from : new String[] {"sluice-system/ingest", "shop/other"}) {
        lab.awaitConnects(from, "203.0.113.20", 8080);
        lab.awaitConnects(from, "2001:db8::20", 8080);
        lab.awaitConnects(from, "203.0.113.30", 8080);
        lab.awaitConnects(from, "203.0.113.40", 8080);
      }
      lab.apply(SETTINGS);
      lab.apply(CUTS);
      String shown = lab.sluice("status", "--verbose").text();
      assertTrue(shown.contains("selects pods of Sluice in sluice-system"), shown);
      assertReached(lab, "sluice-system/ingest", "203.0.113.20", "2001:db8::20", "203.0.113.30");
      for (boolean v6 : new boolean[] {false, true}) {
        assertReached(lab, "sluice-system/ingest", lab.address("sluice-system/stream", v6));
        assertDenied(lab, "shop/other", lab.address("sluice-system/stream", v6));
      }
      assertDenied(lab, "sluice-system/ingest", "203.0.113.40", "2001:db8::40");
      assertDenied(lab, "shop/other", "203.0.113.20", "2001:db8::20", "203.0.113.30");
      lab.delete(SETTINGS);
      assertDenied(lab, "sluice-system/ingest", "203.0.113.20", "2001:db8::20", "203.0.113.30");
    }
  }

  private static void assertReached(Lab lab, String from, String... addresses) {
    for (String address : addresses) {
      assertTrue(lab.connects(from, address, 8080), from + " reaches " + address);
    }
  }

  private static void assertDenied(Lab lab, String from, String... addresses) {
    for (String address : addresses) {
      assertFalse(lab.connects(from, address, 8080), from + " is cut off from " + address);
    }
  }
}
