package dev.sluice.core.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who is given which labels of prefixes, and which number. */
class PrefixIdentityTest {
  private static final ObjectKey POLICY = new ObjectKey("CiliumNetworkPolicy", "shop", "p");
  private static final ObjectKey BLOCK = new ObjectKey("NetworkPolicy", "shop", "k");
  private static final ObjectKey GROUP = new ObjectKey("CiliumCIDRGroup", "", "g");

  private final ClusterLog log =
      new ClusterLog()
          .namespace("shop")
          .node(1)
          .pod("shop/a", "1", "node-1", "10.0.1.10", "app=a")
          .pod("shop/b", "2", "node-1", "10.0.1.20", "app=a")
          .syncAll();

  private ClusterFold fold() {
    ClusterFold fold = ClusterFold.empty();
    log.events().forEach(fold::apply);
    return fold;
  }

  private static <T extends ClusterRecord> List<T> all(ClusterFold fold, Class<T> kind) {
    return fold.image().stream()
        .map(Change::value)
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  private static ClusterRecord.Address address(ClusterFold fold, String prefix) {
    return all(fold, ClusterRecord.Address.class).stream()
        .filter(row -> row.key().equals(prefix))
        .findFirst()
        .orElseThrow();
  }

  private static String labels(ClusterFold fold, int number) {
    return all(fold, ClusterRecord.Identity.class).stream()
        .filter(row -> row.number() == number)
        .map(row -> row.labels().canonical())
        .findFirst()
        .orElseThrow();
  }

  private static String labels(ClusterFold fold, String prefix) {
    return labels(fold, address(fold, prefix).identity());
  }

  private void cidrs(String... prefixes) {
    log.object(
        POLICY,
        Map.of(
            "spec",
            Map.of(
                "endpointSelector",
                Map.of(),
                "egress",
                List.of(Map.of("toCIDR", List.of((Object[]) prefixes))))));
  }

  private void block(String cidr) {
    log.object(
        BLOCK,
        Map.of(
            "spec",
            Map.of(
                "podSelector",
                Map.of(),
                "egress",
                List.of(Map.of("to", List.of(Map.of("ipBlock", Map.of("cidr", cidr))))))));
  }

  @Test
  void aPrefixHasTheLabelsOfAllThatCoverIt() {
    cidrs("203.0.113.0/24", "203.0.113.7/32", "0.0.0.0/0", "2001:db8::/32");
    ClusterFold fold = fold();
    assertEquals(
        "cidr:0.0.0.0/0=;cidr:203.0.113.0/24=;cidr:203.0.113.7/32=;reserved:world;",
        labels(fold, "203.0.113.7/32"));
    assertEquals("cidr:0.0.0.0/0=;reserved:world;", labels(fold, "0.0.0.0/0"));
    assertEquals("cidr:2001-db8--0/32=;reserved:world;", labels(fold, "2001:db8::/32"));
    assertEquals("reserved:world;", labels(fold, "::/0"));
    assertTrue(IdentityScope.PREFIXES.has(address(fold, "203.0.113.0/24").identity()));
  }

  @Test
  void aPrefixThatNobodyNamesAnyMoreIsNotThere() {
    cidrs("203.0.113.0/24", "203.0.113.7/32");
    cidrs("203.0.113.7/32");
    ClusterFold fold = fold();
    assertEquals("cidr:203.0.113.7/32=;reserved:world;", labels(fold, "203.0.113.7/32"));
    assertTrue(
        all(fold, ClusterRecord.Address.class).stream()
            .noneMatch(row -> row.key().equals("203.0.113.0/24")));
  }

  @Test
  void prefixesOfCiliumLeavePodsAlone() {
    int before = address(fold(), "10.0.1.10/32").identity();
    cidrs("10.0.0.0/8", "10.0.1.10/32");
    assertEquals(before, address(fold(), "10.0.1.10/32").identity());
    assertEquals("reserved:unmanaged;", labels(fold(), "10.0.1.0/24"));
  }

  @Test
  void blocksOfKubernetesSplitPodsAndNodes() {
    block("10.0.1.16/28");
    ClusterFold fold = fold();
    int inside = address(fold, "10.0.1.20/32").identity();
    int outside = address(fold, "10.0.1.10/32").identity();
    assertTrue(labels(fold, inside).startsWith("cidr:10.0.1.16/28=;k8s:app=a;"));
    assertTrue(labels(fold, outside).startsWith("k8s:app=a;"));
    assertEquals("cidr:10.0.1.16/28=;reserved:unmanaged;", labels(fold, "10.0.1.16/28"));
    block("172.31.0.0/16");
    fold = fold();
    assertEquals(outside, address(fold, "10.0.1.20/32").identity());
    ClusterRecord.Address node = address(fold, "172.31.0.1/32");
    assertEquals("cidr:172.31.0.0/16=;reserved:remote-node;", labels(fold, node.identity()));
    assertEquals("cidr:172.31.0.0/16=;reserved:host;", labels(fold, node.ownIdentity()));
    assertTrue(IdentityScope.isHost(node.ownIdentity()));
  }

  @Test
  void groupsCountWhileAPolicyMeansThem() {
    log.object(GROUP, Map.of("spec", Map.of("externalCIDRs", List.of("203.0.113.0/24"))));
    assertTrue(
        all(fold(), ClusterRecord.Address.class).stream()
            .noneMatch(row -> row.key().equals("203.0.113.0/24")));
    log.object(
        POLICY,
        Map.of(
            "spec",
            Map.of(
                "endpointSelector",
                Map.of(),
                "egress",
                List.of(Map.of("toCIDRSet", List.of(Map.of("cidrGroupRef", "g")))))));
    assertEquals(
        "cidr:203.0.113.0/24=;cidrgroup:io.cilium.policy.cidrgroupname/g=;reserved:world;",
        labels(fold(), "203.0.113.0/24"));
  }

  @Test
  void theApiServerIsKnownWhereverItIs() {
    log.object(
        new ObjectKey("EndpointSlice", "default", "kubernetes"), Peers.slice("kubernetes", 0));
    assertEquals(
        "cidr:203.0.113.7/32=;reserved:kube-apiserver;reserved:world;",
        labels(fold(), "203.0.113.7/32"));
    log.object(
        new ObjectKey("EndpointSlice", "default", "kubernetes"), Peers.slice("kubernetes", 1));
    assertEquals("reserved:kube-apiserver;reserved:remote-node;", labels(fold(), "172.31.0.1/32"));
  }
}
