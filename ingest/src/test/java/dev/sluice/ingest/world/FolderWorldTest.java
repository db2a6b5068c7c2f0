package dev.sluice.ingest.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FolderWorldTest {
  private final WorldDriver world = new WorldDriver();

  static String node(int i) {
    return """
    apiVersion: v1
    kind: Node
    metadata: {name: node-%1$d, labels: {zone: z%1$d}}
    spec: {podCIDRs: ["fd00:10:0:%1$d::/64", 10.0.%1$d.0/24]}
    status: {addresses: [{type: InternalIP, address: 172.31.0.%1$d}]}
    ---
    """
        .formatted(i);
  }

  static String pod(String name, String more) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s, namespace: shop%s}
    spec: {containers: [{name: main, command: [run]}]}
    ---
    """
        .formatted(name, more);
  }

  static String pinned(String name, String addresses) {
    return pod(name, ", annotations: {sluice.dev/ip: '" + addresses + "'}");
  }

  static String deployment(int replicas, String command) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      replicas: %d
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: main, command: [%s]}]}
    ---
    """
        .formatted(replicas, command);
  }

  @Test
  void podsGoWhereTheFewestAreAndGetAddressesOfBothFamilies() {
    world.first("nodes.yaml", node(1) + node(2), "pods.yaml", pod("a", "") + pod("b", ""));
    assertEquals("node-1 10.0.1.10 fd00:10:0:1::a", world.place("shop", "a"));
    assertEquals("node-2 10.0.2.10 fd00:10:0:2::a", world.place("shop", "b"));
    world.step("more.yaml", pod("c", "") + pod("d", ""));
    assertEquals("node-1 10.0.1.11 fd00:10:0:1::b", world.place("shop", "c"));
    assertEquals("node-2 10.0.2.11 fd00:10:0:2::b", world.place("shop", "d"));
    Map<String, Object> status = Expansion.map(world.body("Pod/shop/c"), "status");
    assertEquals("Running", status.get("phase"));
    assertEquals("10.0.1.11", status.get("podIP"));
    assertEquals("172.31.0.1", status.get("hostIP"));
  }

  @Test
  void aNodeThatComesLaterMovesNothing() {
    world.first("n1.yaml", node(1), "pods.yaml", pod("a", "") + pod("b", ""));
    assertEquals(List.of("+Node//node-2"), world.step("n2.yaml", node(2)));
    world.step("c.yaml", pod("c", ""));
    assertEquals("node-2 10.0.2.10 fd00:10:0:2::a", world.place("shop", "c"));
  }

  @Test
  void podsWaitForANode() {
    assertEquals(List.of("+Namespace//shop", "+Pod/shop/a"), world.first("a.yaml", pod("a", "")));
    assertEquals("pending", world.place("shop", "a"));
    assertEquals("no-node", world.problem().code());
    Object uid = Expansion.map(world.body("Pod/shop/a"), "metadata").get("uid");
    assertEquals(List.of("+Node//node-1", "~Pod/shop/a"), world.step("n.yaml", node(1)));
    assertEquals("node-1 10.0.1.10 fd00:10:0:1::a", world.place("shop", "a"));
    assertEquals(uid, Expansion.map(world.body("Pod/shop/a"), "metadata").get("uid"));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void podsOfANodeThatGoesMoveToAnother() {
    world.first("n1.yaml", node(1), "n2.yaml", node(2), "a.yaml", pod("a", ""));
    assertEquals(
        List.of("-Pod/shop/a", "+Pod/shop/a", "-Node//node-1"), world.step("n1.yaml", null));
    assertEquals("node-2 10.0.2.10 fd00:10:0:2::a", world.place("shop", "a"));
  }

  @Test
  void labelsChangeInTheSameLifeAndTheSpecBeginsANewOne() {
    world.first("n.yaml", node(1), "a.yaml", pod("a", ""));
    assertEquals(List.of("~Pod/shop/a"), world.step("a.yaml", pod("a", ", labels: {app: x}")));
    assertEquals("node-1 10.0.1.10 fd00:10:0:1::a", world.place("shop", "a"));
    assertEquals(List.of(), world.step("a.yaml", "# moved\n" + pod("a", ", labels: {app: x}")));
    assertEquals(
        List.of("-Pod/shop/a", "+Pod/shop/a"),
        world.step("a.yaml", pod("a", "").replace("[run]", "[other]")));
    assertEquals("node-1 10.0.1.11 fd00:10:0:1::b", world.place("shop", "a"));
  }

  @Test
  void aPodMadeAnewHasANewAddress() {
    world.first("n.yaml", node(1), "a.yaml", pod("a", ""), "b.yaml", pod("b", ""));
    Object uid = Expansion.map(world.body("Pod/shop/a"), "metadata").get("uid");
    world.step("a.yaml", null);
    assertEquals("none", world.place("shop", "a"));
    world.step("a.yaml", pod("a", ""));
    assertEquals("node-1 10.0.1.12 fd00:10:0:1::c", world.place("shop", "a"));
    assertNotEquals(uid, Expansion.map(world.body("Pod/shop/a"), "metadata").get("uid"));
  }

  @Test
  void pinnedAddressesWin() {
    world.first(
        "n.yaml", node(1) + node(2),
        "p.yaml", pinned("a", "10.0.2.77") + pinned("b", "fd00:10:0:1::77, 10.0.1.5"));
    assertEquals("node-2 10.0.2.77 fd00:10:0:2::a", world.place("shop", "a"));
    assertEquals("node-1 10.0.1.5 fd00:10:0:1::77", world.place("shop", "b"));
  }

  @Test
  void aPinThatCannotBeIsRefusedAndTheOldPodStays() {
    world.first(
        "n.yaml", node(1), "a.yaml", pinned("a", "10.0.1.50"), "b.yaml", pinned("b", "10.0.1.51"));
    assertEquals(List.of(), world.step("b.yaml", pinned("b", "10.0.1.50")));
    assertEquals("node-1 10.0.1.51 fd00:10:0:1::b", world.place("shop", "b"));
    assertEquals("address-in-use", world.problem().code());
    assertEquals("b.yaml", world.problem().file());
    assertEquals(3, world.problem().line());
    world.step("b.yaml", pinned("b", "10.9.9.9"));
    assertEquals("address-outside", world.problem().code());
    for (String reserved : List.of("10.0.1.0", "10.0.1.1", "10.0.1.255")) {
      world.step("b.yaml", pinned("b", reserved));
      assertEquals("address-outside", world.problem().code(), reserved);
    }
    world.step("b.yaml", pinned("b", "10.0.1.50"));
    assertEquals(List.of("-Pod/shop/a", "-Pod/shop/b", "+Pod/shop/b"), world.step("a.yaml", null));
    assertEquals(List.of(), world.problems());
    assertTrue(world.place("shop", "b").startsWith("node-1 10.0.1.50 "));
  }

  @Test
  void twoPodsExchangeTheirPinsInOneStep() {
    world.first("n.yaml", node(1), "p.yaml", pinned("a", "10.0.1.50") + pinned("b", "10.0.1.51"));
    world.step("p.yaml", pinned("a", "10.0.1.51") + pinned("b", "10.0.1.50"));
    assertTrue(world.place("shop", "a").startsWith("node-1 10.0.1.51 "));
    assertTrue(world.place("shop", "b").startsWith("node-1 10.0.1.50 "));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void aFullNodeIsPassedOver() {
    String tiny =
        node(1).replace("10.0.1.0/24", "10.0.1.0/29").replace("\"fd00:10:0:1::/64\", ", "");
    world.first("n.yaml", tiny);
    StringBuilder pods = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      pods.append(pod("p" + i, ""));
    }
    world.step("p.yaml", pods.toString());
    assertEquals("node-1 10.0.1.6", world.place("shop", "p4"));
    assertEquals("pending", world.place("shop", "p5"));
    assertEquals("no-address", world.problem().code());
    world.step("n2.yaml", node(2));
    assertEquals("node-2 10.0.2.10 fd00:10:0:2::a", world.place("shop", "p5"));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void wishesForNodesHold() {
    world.first(
        "n.yaml", node(1) + node(2),
        "p.yaml",
            pod("a", "").replace("spec: {", "spec: {nodeName: node-2, ")
                + pod("b", "").replace("spec: {", "spec: {nodeSelector: {zone: z2}, ")
                + pod("c", "").replace("spec: {", "spec: {hostNetwork: true, ")
                + pod("d", "").replace("spec: {", "spec: {nodeName: node-7, "));
    assertTrue(world.place("shop", "a").startsWith("node-2 "));
    assertTrue(world.place("shop", "b").startsWith("node-2 "));
    assertEquals("node-1 172.31.0.1", world.place("shop", "c"));
    assertEquals("node-7", world.place("shop", "d"));
    assertTrue(world.problem().message().contains("node-7"));
  }

  @Test
  void addressesThatStandInTheManifestAreTakenAsTheyAre() {
    String given =
        pod("a", "")
            .replace("spec: {", "status: {podIPs: [{ip: 10.9.0.1}]}\nspec: {nodeName: far, ");
    world.first("p.yaml", given);
    assertEquals("far 10.9.0.1", world.place("shop", "a"));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void itIsSaidOfWhichWorkloadsNoPodsAreRun() {
    String agent =
        """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent, namespace: shop}
        spec: {template: {metadata: {labels: {app: agent}}}}
        """;
    world.first("n.yaml", node(1), "d.yaml", agent);
    assertEquals("none", world.place("shop", "agent-0"));
    assertEquals(
        "no pods are run of a DaemonSet: write a Deployment, or Pods", world.problem().message());
    world.step("d.yaml", null);
    assertEquals(List.of(), world.problems());
  }

  @Test
  void aDeploymentIsItsPods() {
    world.first("n.yaml", node(1), "d.yaml", deployment(2, "run"));
    Map<String, Object> metadata = Expansion.map(world.body("Pod/shop/web-1"), "metadata");
    assertEquals(Map.of("app", "web"), metadata.get("labels"));
    Map<?, ?> owner = (Map<?, ?>) ((List<?>) metadata.get("ownerReferences")).getFirst();
    assertEquals("web", owner.get("name"));
    assertEquals(
        Expansion.map(world.body("Deployment/shop/web"), "metadata").get("uid"), owner.get("uid"));
    assertEquals(
        List.of("~Deployment/shop/web", "+Pod/shop/web-2"),
        world.step("d.yaml", deployment(3, "run")));
    assertEquals(
        List.of("-Pod/shop/web-1", "-Pod/shop/web-2", "~Deployment/shop/web"),
        world.step("d.yaml", deployment(1, "run")));
    assertEquals(
        List.of("-Pod/shop/web-0", "~Deployment/shop/web", "+Pod/shop/web-0"),
        world.step("d.yaml", deployment(1, "other")));
    assertEquals(
        List.of("-Pod/shop/web-0", "-Deployment/shop/web", "-Namespace//shop"),
        world.step("d.yaml", null));
  }

  @Test
  void namespacesAreImpliedAndDeclared() {
    world.first("n.yaml", node(1), "a.yaml", pod("a", ""));
    assertEquals(
        Map.of("kubernetes.io/metadata.name", "shop"),
        Expansion.map(world.body("Namespace//shop"), "metadata").get("labels"));
    String declared =
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n";
    assertEquals(List.of("~Namespace//shop"), world.step("ns.yaml", declared));
    assertEquals(
        Map.of("kubernetes.io/metadata.name", "shop", "team", "a"),
        Expansion.map(world.body("Namespace//shop"), "metadata").get("labels"));
    assertEquals(List.of("-Pod/shop/a"), world.step("a.yaml", null));
    assertEquals(List.of("-Namespace//shop"), world.step("ns.yaml", null));
  }

  @Test
  void anObjectOfTwoFilesBelongsToTheFirst() {
    world.first("n.yaml", node(1), "a.yaml", pod("x", ""));
    assertEquals(List.of(), world.step("b.yaml", pod("y", "") + pod("x", "")));
    assertEquals("duplicate-object", world.problem().code());
    assertEquals(6, world.problem().line());
    assertTrue(world.problem().message().contains("a.yaml:1"), world.problem().message());
    assertEquals("none", world.place("shop", "y"), "the file is refused whole");
    assertEquals(List.of("+Pod/shop/y"), world.step("a.yaml", null));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void aFileThatIsRenamedChangesNothing() {
    world.first("n.yaml", node(1), "a.yaml", pod("x", ""));
    assertEquals(List.of(), world.step("b.yaml", pod("x", ""), "a.yaml", null));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void aPodOfADeploymentAndOfItselfIsADuplicate() {
    world.first("n.yaml", node(1), "a.yaml", pod("web-0", ""), "d.yaml", deployment(1, "run"));
    assertEquals("duplicate-object", world.problem().code());
    assertFalse(world.log.keySet().stream().anyMatch(key -> key.kind().equals("Deployment")));
  }

  @Test
  void aRestartChangesNothing() {
    String[] files = {
      "n.yaml",
      node(1) + node(2),
      "d.yaml",
      deployment(3, "run"),
      "p.yaml",
      pinned("a", "10.0.2.50") + pod("b", ""),
      "w.yaml",
      pod("waits", "").replace("spec: {", "spec: {nodeName: nowhere, "),
    };
    world.first(files);
    assertEquals(List.of(), world.first(files));
    assertEquals(
        List.of("~Pod/shop/b"),
        world.step("p.yaml", pinned("a", "10.0.2.50") + pod("b", ", labels: {a: b}")));
  }

  @Test
  void aRestartGivesNoReleasedAddressAgain() {
    world.first("n.yaml", node(1), "a.yaml", pod("a", ""));
    world.step("a.yaml", null);
    world.first("n.yaml", node(1), "a.yaml", pod("a", ""));
    assertEquals("node-1 10.0.1.11 fd00:10:0:1::b", world.place("shop", "a"));
  }

  @Test
  void whatWentWhileAwayIsDeletedAndWhatBrokeStays() {
    world.first(
        "n.yaml",
        node(1),
        "a.yaml",
        pod("a", ""),
        "b.yaml",
        pod("b", ""),
        "d.yaml",
        deployment(1, "run"));
    assertEquals(
        List.of("-Pod/shop/a"),
        world.first("n.yaml", node(1), "b.yaml", "kind: [", "d.yaml", ": :"));
    assertEquals(2, world.problems().size());
    assertEquals(List.of("~Pod/shop/b"), world.step("b.yaml", pod("b", ", labels: {x: y}")));
    assertEquals(List.of(), world.step("d.yaml", deployment(1, "run")));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void afterARestartTheOldOwnerOfADuplicateKeepsIt() {
    world.first("n.yaml", node(1), "z.yaml", pod("x", ", labels: {from: z}"));
    String[] both = {
      "a.yaml",
      pod("x", ", labels: {from: a}"),
      "n.yaml",
      node(1),
      "z.yaml",
      pod("x", ", labels: {from: z}"),
    };
    world.step(both);
    assertEquals("a.yaml", world.problem().file());
    assertEquals(List.of(), world.first(both));
    assertEquals("a.yaml", world.problem().file());
  }

  @Test
  void policiesComeBeforePodsAndGoAfterThem() {
    String policy =
        """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: p, namespace: shop}
        spec: {endpointSelector: {}}
        ---
        """;
    world.first("n.yaml", node(1));
    assertEquals(
        List.of("+Namespace//shop", "+CiliumNetworkPolicy/shop/p", "+Pod/shop/a"),
        world.step("f.yaml", pod("a", "") + policy));
    assertEquals(
        List.of("-Pod/shop/a", "-CiliumNetworkPolicy/shop/p", "-Namespace//shop"),
        world.step("f.yaml", null));
  }
}
