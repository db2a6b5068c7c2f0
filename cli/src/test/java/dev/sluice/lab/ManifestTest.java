package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final String FILE =
      """
      # two objects
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---

      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata:
        name: first
        namespace: shop
      spec:
        endpointSelector: {}
        ingress:
        - fromEndpoints: []
        - toPorts:
          - ports: [{port: "80"}]
      """;

  @Test
  void aPlaceIsTheUsersLineAndNotThatOfTheCopy() {
    Manifest policy = Manifest.parse("a.yaml", FILE).get(1);
    assertEquals("CiliumNetworkPolicy shop/first", policy.title());
    assertEquals("a.yaml:13", policy.place("spec.endpointSelector", 3));
    assertEquals("a.yaml:17", policy.place("spec.ingress[1].toPorts[0].ports[0].port", 3));
    assertEquals("a.yaml:8", policy.place("", 4));
    assertEquals("a.yaml:12", policy.place("spec.egress", 3), "the nearest that is there");
  }

  @Test
  void anItemOfAListHasThePlaceOfItsDocument() {
    String list =
        """

        kind: List
        items:
        - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
        """;
    assertEquals("a.yaml:2", Manifest.parse("a.yaml", list).getFirst().place("metadata", 1));
  }

  @Test
  void textInAnItemOfAListStaysText() {
    String list =
        """
        kind: List
        items:
        - {kind: Pod, metadata: {name: a, labels: {on: "True", off: no}}, spec: {hostNetwork: True}}
        """;
    assertEquals(
        """
        kind: Pod
        metadata:
          name: a
          labels:
            'on': 'True'
            'off': 'no'
        spec:
          hostNetwork: true
        """,
        Manifest.parse("a.yaml", list).getFirst().text());
  }

  @Test
  void linesMayEndAsOnOtherSystems() {
    List<Manifest> all = Manifest.parse("a.yaml", FILE.replace("\n", "\r\n"));
    assertEquals(
        List.of("Namespace shop", "CiliumNetworkPolicy shop/first"),
        all.stream().map(Manifest::title).toList());
  }

  @Test
  void noTwoObjectsHaveOneFile() {
    String role = "kind: ClusterRole\nmetadata: {name: \"%s\"}";
    String one = "a".repeat(200) + "-1";
    String two = "a".repeat(200) + "-2";
    List<String> files =
        Stream.of("system:node", "system-node", one, two)
            .map(name -> Manifest.parse("a.yaml", role.formatted(name)).getFirst().fileName())
            .toList();
    assertEquals(4, files.stream().distinct().count(), files::toString);
    assertEquals("ClusterRole__system-node.yaml", files.get(1));
  }

  @Test
  void whatIsNotYamlIsToldWithItsLine() {
    List<Manifest> all = Manifest.parse("a.yaml", FILE + "---\nkind: [Pod\nmetadata: {}\n");
    Manifest broken = all.get(2);
    assertEquals("a.yaml:20", broken.title());
    assertTrue(broken.problem().startsWith("not YAML: "), broken.problem());
  }
}
