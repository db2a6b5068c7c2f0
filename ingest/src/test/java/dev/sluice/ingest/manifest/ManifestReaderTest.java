package dev.sluice.ingest.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.net.IpAddress;
import dev.sluice.ingest.port.Problem;
import dev.sluice.schemas.convert.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
  private static final String SERVICE =
      "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports:\n";
  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: a
      """;

  private static ManifestFile read(String text) {
    return ManifestReader.read("some/file.yaml", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsDocumentsWithLinesAndDefaults() {
    ManifestFile file =
        read(
            """
            # two objects
            ---
            kind: Pod
            apiVersion: v1
            metadata:
              name: web
              labels:
                app.kubernetes.io/name: web
            spec:
              containers:
              - name: main
                command: [run, "1"]
                ports:
                - containerPort: 8080
            ---
            # nothing in between
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: node-1}
            """);
    assertEquals(List.of(), file.problems());
    Manifest pod = file.manifests().get(0);
    assertEquals("Pod/default/web", pod.key().toString());
    assertEquals("some/file.yaml:3", pod.who());
    assertEquals(
        """
        {"apiVersion":"v1","kind":"Pod",\
        "metadata":{"labels":{"app.kubernetes.io/name":"web"},"name":"web","namespace":"default"},\
        "spec":{"containers":[{"command":["run","1"],"name":"main",\
        "ports":[{"containerPort":8080}]}]}}\
        """,
        JsonTree.print(pod.body()));
    assertEquals(14, pod.lines().of("spec.containers[0].ports[0].containerPort"));
    assertEquals(8, pod.lines().of("metadata.labels.app.kubernetes.io/name"));
    assertEquals(10, pod.lines().of("spec.containers[7]"), "the nearest that is there");
    assertEquals("Node//node-1", file.manifests().get(1).key().toString());
    assertEquals(18, file.manifests().get(1).line());
  }

  @Test
  void readsJsonAndLists() {
    ManifestFile file =
        read(
            """
            {"kind": "List", "apiVersion": "v1", "items": [
              {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}},
              {"kind": "Event", "apiVersion": "v1", "metadata": {"name": "b", "namespace": "n"}}
            ]}
            """);
    assertEquals(
        List.of("Pod/default/a", "Event/n/b"),
        file.manifests().stream().map(manifest -> manifest.key().toString()).toList());
    assertEquals(3, file.manifests().get(1).line());
  }

  @Test
  void theOrderOfFieldsIsNoDifference() {
    Manifest one =
        read(POD + "spec: {a: 1, b: [x, y], c: 1.5, d: null, e: true}").manifests().get(0);
    Manifest other =
        read("spec: {e: true, d: ~, c: 1.5, b: [x, y], a: 1}\n" + POD).manifests().get(0);
    assertTrue(one.sameObject(other));
    assertEquals(1L, ((Map<?, ?>) one.body().get("spec")).get("a"));
  }

  @ParameterizedTest
  @CsvSource({"yes, true", "On, true", "NO, false", "off, false"})
  void readsTruthAsKubectlDoes(String word, boolean truth) {
    Manifest pod = read(POD + "spec: {hostNetwork: " + word + "}").manifests().get(0);
    assertEquals(truth, ((Map<?, ?>) pod.body().get("spec")).get("hostNetwork"));
    assertEquals(
        "expected a text (in quotes), found %s (as are yes, on, no and off without quotes)"
            .formatted(truth),
        read(POD + "  labels: {enabled: " + word + "}").problems().get(0).message());
    assertEquals(
        List.of(), read(POD + "  labels: {enabled: \"" + word + "\"}").problems(), "in quotes");
    assertEquals(List.of(), read(POD + "  labels: {y: n}").problems(), "letters are names");
  }

  @Test
  void mergesKeys() {
    Manifest pod =
        read(POD
                + "spec:\n  nodeSelector: &base {zone: a, tier: b}\n"
                + "  tolerations:\n  - {<<: *base, tier: c}")
            .manifests()
            .get(0);
    assertEquals(
        Map.of("zone", "a", "tier", "c"),
        ((List<?>) ((Map<?, ?>) pod.body().get("spec")).get("tolerations")).get(0));
  }

  @Test
  void anEmptyFileIsNoMistake() {
    assertFalse(read("").refused());
    assertFalse(read("# nothing\n---\n").refused());
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of("yaml", 2, "", "a: 1\n b: 2\n"),
        Arguments.of("yaml", 3, "", "a: {\n  b: 1\n"),
        Arguments.of("yaml", 0, "", "a: \u0000"),
        Arguments.of("yaml", 2, "metadata", "kind: Pod\nmetadata: !!python/x 1"),
        Arguments.of("yaml", 5, "", POD + "spec: *nowhere"),
        Arguments.of("duplicate-field", 5, "kind", POD + "kind: Node"),
        Arguments.of("wrong-type", 1, "", "- a\n- b"),
        Arguments.of("wrong-type", 1, "", "just a text"),
        Arguments.of("missing-field", 1, "apiVersion", "kind: Pod\nmetadata: {name: a}"),
        Arguments.of("missing-field", 2, "kind", "\napiVersion: v1\nmetadata: {name: a}"),
        Arguments.of("missing-field", 1, "metadata", "apiVersion: v1\nkind: Pod"),
        Arguments.of(
            "missing-field", 3, "metadata.name", "apiVersion: v1\nkind: Pod\nmetadata: {}"),
        Arguments.of("wrong-type", 3, "metadata", "apiVersion: v1\nkind: Pod\nmetadata: web"),
        Arguments.of(
            "wrong-type", 1, "apiVersion", "apiVersion: 1\nkind: Pod\nmetadata: {name: a}"),
        Arguments.of(
            "wrong-value", 3, "metadata.name", "apiVersion: v1\nkind: Pod\nmetadata: {name: A_b}"),
        Arguments.of("wrong-value", 5, "metadata.namespace", POD + "  namespace: Sh.op"),
        Arguments.of("wrong-type", 6, "metadata.labels.version", POD + "  labels:\n    version: 1"),
        Arguments.of("wrong-type", 5, "metadata.labels", POD + "  labels: [a]"),
        Arguments.of(
            "wrong-value", 6, "metadata.labels.a", POD + "  labels:\n    a: 1;k8s:role=admin"),
        Arguments.of("wrong-value", 6, "metadata.labels.a=b", POD + "  labels:\n    a=b: c"),
        Arguments.of(
            "wrong-value",
            5,
            "spec.template.metadata.labels.app",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n}\nspec:\n"
                + "  template: {metadata: {labels: {app: a b}}}"),
        Arguments.of("wrong-value", 2, "kind", "apiVersion: v1\nkind: Pod/a\nmetadata: {name: a}"),
        Arguments.of("wrong-type", 6, "spec.nodeName", POD + "spec:\n  nodeName: 7"),
        Arguments.of(
            "wrong-type",
            7,
            "spec.containers[1]",
            POD + "spec:\n  containers: [{name: a},\n    b]"),
        Arguments.of(
            "wrong-value",
            6,
            "metadata.annotations.sluice.dev/ip",
            POD + "  annotations:\n    sluice.dev/ip: 10.0.1.300"),
        Arguments.of(
            "wrong-value",
            6,
            "metadata.annotations.sluice.dev/ip",
            POD + "  annotations:\n    sluice.dev/ip: 10.0.1.3,10.0.1.4"),
        Arguments.of(
            "wrong-value",
            4,
            "metadata.namespace",
            "apiVersion: v1\nkind: Node\nmetadata: {name: n,\n  namespace: a}"),
        Arguments.of(
            "wrong-value",
            4,
            "spec.podCIDRs",
            "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {podCIDRs: [10.0.0.0/33]}"),
        Arguments.of(
            "missing-field",
            1,
            "spec",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n}"),
        Arguments.of(
            "wrong-value",
            4,
            "spec.replicas",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n}\n"
                + "spec: {replicas: -1, template: {}}"),
        Arguments.of(
            "wrong-type",
            4,
            "spec.replicas",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n}\n"
                + "spec: {replicas: two, template: {}}"),
        Arguments.of(
            "selector-mismatch",
            5,
            "spec.selector.matchLabels",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n}\nspec:\n"
                + "  selector: {matchLabels: {app: a}}\n"
                + "  template: {metadata: {labels: {app: b}}}"),
        Arguments.of(
            "wrong-value",
            8,
            "spec.containers[0].ports[1].containerPort",
            POD
                + "spec:\n  containers:\n  - ports: [{containerPort: 80},\n"
                + "      {containerPort: 4294967376}]"),
        Arguments.of(
            "wrong-type",
            5,
            "spec.template.spec.containers[0].ports[0].containerPort",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: n}\nspec:\n"
                + "  template: {spec: {containers: [{ports: [{containerPort: http}]}]}}"),
        Arguments.of(
            "invalid-value",
            7,
            "spec.ports[1].port",
            SERVICE + "  - port: 80\n  - port: 4294967376"),
        Arguments.of(
            "invalid-value",
            6,
            "spec.ports[0].nodePort",
            SERVICE + "  - {port: 80, nodePort: 4294967296}"),
        Arguments.of(
            "invalid-value",
            7,
            "spec.internalTrafficPolicy",
            SERVICE + "  - port: 80\n  internalTrafficPolicy: local"),
        Arguments.of("duplicate-object", 6, "", POD + "---\n" + POD));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void saysWhatIsWrongAndWhere(String code, int line, String path, String text) {
    ManifestFile file = read(text);
    assertTrue(file.refused());
    assertEquals(List.of(), file.manifests());
    Problem problem = file.problems().getFirst();
    assertEquals(
        "%s line %d path '%s'".formatted(code, line, path),
        "%s line %d path '%s'".formatted(problem.code(), problem.line(), problem.path()),
        problem::toString);
    assertEquals("Manifest//some/file.yaml", problem.object().toString());
  }

  /** Nobody reads objects of other kinds: a policy would be passed over. */
  @ParameterizedTest
  @CsvSource({
    "CiliumNetworkPolcy, CiliumNetworkPolicy",
    "CiliumClusterWideNetworkPolicy, CiliumClusterwideNetworkPolicy",
    "Networkpolicy, NetworkPolicy",
    "CiliumCidrGroup, CiliumCIDRGroup",
    "SluiceSetting, SluiceSettings"
  })
  void aKindWithASlipOfThePenIsRefused(String typed, String meant) {
    String text = "apiVersion: a/v1\nkind: %s\nmetadata: {name: a}".formatted(typed);
    assertEquals(
        "unknown kind " + typed + ": did you mean " + meant + "?",
        read(text).problems().getFirst().message());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ClusterPolicy", "GlobalNetworkPolicy", "CiliumEgressGatewayPolicy",
            "CiliumLocalRedirectPolicy",
        "CiliumNode", "CiliumIdentity", "AuthorizationPolicy", "Role"
      })
  void kindsOfOthersAreLeftAlone(String kind) {
    assertFalse(read("apiVersion: a/v1\nkind: %s\nmetadata: {name: a}".formatted(kind)).refused());
  }

  @Test
  void aliasesOfAliasesAreCounted() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      text.append("a%d: &a%d [".formatted(i, i)).append("*a%d, ".formatted(i - 1).repeat(10));
      text.append("]\n");
    }
    assertEquals("too-large", read(text.toString()).problems().getFirst().code());
    assertEquals("too-large", read("a: &a [*a]").problems().getFirst().code());
  }

  /** Whoever makes nodes of them does so by recursion. */
  @Test
  void bracketsThatNothingClosesAreCounted() {
    for (String text : List.of("[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000))) {
      Problem problem = read("a: 1\n---\n" + text).problems().getFirst();
      assertEquals("too-large line 3", problem.code() + " line " + problem.line());
    }
  }

  @Test
  void bytesThatAreNoTextAreRefused() {
    assertTrue(ManifestReader.read("f.yaml", new byte[] {'a', ':', (byte) 0xff}).refused());
  }

  @Test
  void readsPinnedAddresses() {
    Manifest pod =
        read(POD + "  annotations: {sluice.dev/ip: 'fd00::1, 10.0.0.1'}").manifests().get(0);
    assertEquals(
        List.of(IpAddress.parse("10.0.0.1"), IpAddress.parse("fd00::1")),
        PinnedAddresses.of(pod.body()));
  }
}
