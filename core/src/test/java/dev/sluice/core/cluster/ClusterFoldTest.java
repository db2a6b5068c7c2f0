package dev.sluice.core.cluster;

import static dev.sluice.core.cluster.ClusterLog.SECOND;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.log.Change;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterFoldTest {
  private final ClusterFold fold = ClusterFold.empty();
  private int folded;

  /** Folds what the log got since the last call; returns all changes as short texts. */
  private List<String> after(ClusterLog log) {
    var tail = log.events().subList(folded, log.events().size());
    folded = log.events().size();
    return tail.stream()
        .flatMap(event -> fold.apply(event).changes().stream())
        .map(change -> (change.isRemoval() ? "-" : "+") + kind(change) + " " + change.key())
        .toList();
  }

  private static String kind(Change<ClusterRecord> change) {
    return change.kind().getSimpleName();
  }

  private <T extends ClusterRecord> Optional<T> find(Class<T> kind, String key) {
    return fold.image().stream()
        .filter(change -> change.kind() == kind && change.key().equals(key))
        .map(change -> kind.cast(change.value()))
        .findFirst();
  }

  private ClusterRecord.Endpoint endpoint(String key) {
    return find(ClusterRecord.Endpoint.class, key).orElseThrow();
  }

  private ClusterRecord.Address address(String prefix) {
    return find(ClusterRecord.Address.class, prefix).orElseThrow();
  }

  @Test
  void nothingIsGivenOutBeforeEveryRequiredKindIsListed() {
    ClusterLog log = new ClusterLog();
    log.pod("shop/a", "1", "node-1", "10.0.1.10", "app=a").node(1).namespace("shop", "team=x");
    assertEquals(List.of(), after(log));
    assertEquals(List.of(), fold.image());
    assertEquals(2, fold.position());

    List<String> changes = after(log.syncAll());
    assertTrue(fold.synced());
    assertTrue(changes.contains("+Identity reserved:host;"), changes.toString());
    assertTrue(changes.contains("+Endpoint shop/a"));
    assertTrue(changes.contains("+Address 0.0.0.0/0"));
    assertTrue(changes.contains("+Address ::/0"));
    assertEquals(256, endpoint("shop/a").identity());
  }

  @Test
  void aPodCarriesWhatItsNamespaceAccountAndClusterGiveIt() {
    after(
        ClusterLog.synced()
            .namespace("shop", "team=x")
            .pod(
                "shop/a",
                "1",
                "n",
                "10.0.1.10",
                "app=a",
                "pod-template-hash=1",
                "app.kubernetes.io/name=b",
                "io.cilium.k8s.policy.serviceaccount=root"));
    assertEquals(
        List.of(
            "k8s:app=a",
            "k8s:app.kubernetes.io/name=b",
            "k8s:io.cilium.k8s.namespace.labels.team=x",
            "k8s:io.cilium.k8s.policy.cluster=default",
            "k8s:io.cilium.k8s.policy.serviceaccount=default",
            "k8s:io.kubernetes.pod.namespace=shop"),
        endpoint("shop/a").labels().texts());
  }

  @Test
  void aPodOfAKnownIdentityWritesItsEndpointAndAddressesOnly() {
    ClusterLog log = ClusterLog.synced().pod("shop/a", "1", "n", "10.0.1.10", "app=a");
    after(log);
    assertEquals(
        List.of("+Endpoint shop/b", "+Address 10.0.1.11/32", "+Address fd00:10:0:1::b/128"),
        after(log.pod("shop/b", "2", "n", List.of("10.0.1.11", "fd00:10:0:1::b"), "app=a")));
    assertEquals(endpoint("shop/a").identity(), endpoint("shop/b").identity());
    assertEquals(2, endpoint("shop/b").id());
  }

  @Test
  void whatTheNetworkDoesNotSeeIsNoChange() {
    ClusterLog log = ClusterLog.synced().pod("shop/a", "1", "n", "10.0.1.10", "app=a");
    after(log);
    assertEquals(
        List.of(),
        after(log.pod("shop/a", "1", "n", "10.0.1.10", "app=a", "controller-revision-hash=7")));
  }

  @Test
  void aPodInTheNodesNetworkOrFinishedOrUnscheduledHasNoEndpoint() {
    ClusterLog log = ClusterLog.synced().pod("shop/a", "1", "n", "10.0.1.10");
    after(log);
    var running = ClusterLog.status("Running", List.of("10.0.1.11"));
    Map<String, Object> host = Map.of("nodeName", "n", "hostNetwork", true);
    assertEquals(List.of(), after(log.pod("shop/b", "2", Map.of(), host, running)));
    assertEquals(List.of(), after(log.pod("shop/c", "3", Map.of(), Map.of(), running)));
    var finished = ClusterLog.status("Succeeded", List.of("10.0.1.10"));
    assertEquals(
        List.of("-Address 10.0.1.10/32", "-Endpoint shop/a"),
        after(log.pod("shop/a", "1", Map.of(), Map.of("nodeName", "n"), finished)));
  }

  @Test
  void aNumberIsKeptWithinTheGraceAndGivenUpAfterIt() {
    ClusterLog log = ClusterLog.synced().pod("shop/a", "1", "n", "10.0.1.10", "app=a");
    after(log);
    int number = endpoint("shop/a").identity();
    after(log.deletePod("shop/a").later(9 * 60 * SECOND));
    after(log.pod("shop/a", "2", "n", "10.0.1.12", "app=a"));
    assertEquals(number, endpoint("shop/a").identity());
    assertEquals(2, endpoint("shop/a").id(), "an endpoint id is never used again");

    String labels = endpoint("shop/a").labels().canonical();
    after(log.deletePod("shop/a"));
    assertEquals(List.of("-Identity " + labels), after(log.later(600 * SECOND).bookmark()));
    after(log.pod("shop/a", "3", "n", "10.0.1.12", "app=a"));
    assertNotEquals(number, endpoint("shop/a").identity());
  }

  @Test
  void relabellingANamespaceTouchesItsPodsOnly() {
    ClusterLog log = ClusterLog.synced().namespace("shop").namespace("shop0");
    log.pod("shop/a", "1", "n", "10.0.1.10").pod("shop0/b", "2", "n", "10.0.1.11");
    after(log);
    List<String> changes = after(log.namespace("shop", "team=x"));
    assertEquals(3, changes.size(), changes.toString());
    assertTrue(changes.contains("+Endpoint shop/a"));
    assertTrue(changes.contains("+Address 10.0.1.10/32"));
    assertEquals(endpoint("shop/a").identity(), address("10.0.1.10/32").identity());
    assertEquals(List.of(), after(log.namespace("shop", "team=x")));
    assertEquals(3, after(log.delete("Namespace", "shop")).size() + 1);
  }

  @Test
  void theLaterClaimHoldsAnAddressAndGivesItBack() {
    ClusterLog log = ClusterLog.synced();
    log.pod("shop/a", "1", "n", "10.0.1.10", "app=a").pod("shop/b", "2", "n", "10.0.1.10");
    after(log);
    assertEquals("b", address("10.0.1.10/32").pod());
    after(log.pod("shop/a", "1", "n", "10.0.1.10", "app=z"));
    assertEquals("b", address("10.0.1.10/32").pod(), "a changed label is not a new claim");
    assertEquals(
        List.of("+Address 10.0.1.10/32", "-Endpoint shop/b"), after(log.deletePod("shop/b")));
    assertEquals("a", address("10.0.1.10/32").pod());
    assertEquals(endpoint("shop/a").identity(), address("10.0.1.10/32").identity());
  }

  @Test
  void noPodTakesANodesAddress() {
    ClusterLog log = ClusterLog.synced().node(1).pod("shop/a", "1", "node-1", "172.31.0.1");
    after(log);
    assertEquals(6, address("172.31.0.1/32").identity());
    after(log.delete("Node", "node-1"));
    assertEquals("a", address("172.31.0.1/32").pod());
  }

  @Test
  void aNodeBringsItsAddressesGatewaysAndPodCidrs() {
    ClusterLog log = ClusterLog.synced().pod("shop/a", "1", "node-2", "10.0.2.10");
    after(log);
    assertEquals(List.of(), address("10.0.2.10/32").nodeAddresses());
    assertEquals(
        List.of(
            "+Address 10.0.2.0/24",
            "+Address 10.0.2.1/32",
            "+Address 10.0.2.10/32",
            "+Address 172.31.0.2/32",
            "+Address fd00:10:0:2::/64",
            "+Address fd00:10:0:2::1/128",
            "+Address fd00:31::2/128"),
        after(log.node(2)));
    assertEquals(6, address("10.0.2.1/32").identity());
    assertEquals(3, address("10.0.2.0/24").identity());
    assertEquals(6, address("fd00:31::2/128").identity());
    assertEquals("node-2", address("10.0.2.0/24").node());
    assertEquals("172.31.0.2", address("10.0.2.10/32").nodeAddresses().getFirst().toString());
    assertEquals(7, after(log.delete("Node", "node-2")).size());
  }

  @Test
  void aWriterThatWasReplacedIsNotHeard() {
    ClusterLog log = ClusterLog.synced().epoch(2).pod("shop/a", "1", "n", "10.0.1.10");
    after(log);
    assertEquals(List.of(), after(log.epoch(1).deletePod("shop/a")));
    assertEquals(log.last().offset(), fold.position());
  }

  @Test
  void oddObjectsAreReadAsFarAsTheyGo() {
    ClusterLog log = ClusterLog.synced();
    after(log);
    Map<String, Object> status = Map.of("podIPs", List.of("text", Map.of("ip", "not an address")));
    assertEquals(
        List.of(), after(log.pod("shop/a", "1", Map.of(), Map.of("nodeName", "n"), status)));
    assertEquals(List.of(), after(log.node("n", List.of("?"), List.of("10.0.0.0/99"))));
  }

  @Test
  void workloadsAndNamedPortsAreRead() {
    Map<String, Object> port = Map.of("name", "http", "containerPort", 8080L);
    Map<String, Object> spec =
        Map.of(
            "nodeName", "n", "containers", List.of(Map.of("ports", List.of(port, Map.of("x", 1)))));
    after(
        ClusterLog.synced()
            .pod(
                "shop/a", "1", Map.of(), spec, ClusterLog.status("Running", List.of("10.0.1.10"))));
    assertEquals(
        List.of(new ClusterRecord.NamedPort("http", 8080, "TCP")), endpoint("shop/a").namedPorts());
  }

  @Test
  void aDamagedSnapshotIsRefused() {
    after(ClusterLog.synced().node(1).pod("shop/a", "1", "node-1", "10.0.1.10", "app=a"));
    byte[] bytes = fold.snapshot().encode();
    assertArrayEquals(bytes, ClusterSnapshot.decode(bytes).encode());
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> ClusterSnapshot.decode(cut));
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThrows(IllegalArgumentException.class, () -> ClusterSnapshot.decode(longer));
    assertFalse(ClusterSnapshot.decode(bytes).pods().isEmpty());
  }

  @Test
  void bothFoldsOfTheLogWaitForTheSameKinds() {
    assertEquals(PolicyFold.REQUIRED_KINDS, ClusterFold.REQUIRED_KINDS);
  }
}
