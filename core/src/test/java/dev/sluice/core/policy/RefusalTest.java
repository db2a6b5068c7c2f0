package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each refusal with its code, its path and its sentence: {@code language/refused.txt}. */
class RefusalTest {
  private static final ObjectKey KEY = new ObjectKey("CiliumNetworkPolicy", "shop", "p");

  @TestFactory
  Stream<DynamicTest> each() {
    return RefusedCase.all().stream()
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.toString(),
                    () -> assertEquals(String.join("\n", one.finds()), texts(one.found()))));
  }

  @Test
  void theCorpusIsLarge() {
    assertTrue(RefusedCase.all().stream().filter(RefusedCase::isOfTheLanguage).count() >= 150);
  }

  private static String texts(List<Finding> findings) {
    return String.join(
        "\n",
        findings.stream()
            .filter(one -> one.severity() == Finding.Severity.REFUSED)
            .map(one -> one.code() + " " + one.path() + ": " + one.message())
            .toList());
  }

  @Test
  void everyFindingIsReportedInTheOrderOfTheObject() {
    List<Finding> found =
        findings(
            "{spec: {egress: [{toEntity: [world]}], endpointSelector: {matchLabels: {app: 1}},"
                + " ingress: [{toPorts: [{ports: [{port: 80, protocol: tcp}]}]}]}}");
    assertEquals(
        List.of(
            "spec.egress[0].toEntity",
            "spec.endpointSelector.matchLabels.app",
            "spec.ingress[0].toPorts[0].ports[0].port",
            "spec.ingress[0].toPorts[0].ports[0].protocol"),
        found.stream().map(Finding::path).toList());
  }

  @Test
  void longListsAreRefused() {
    assertEquals(
        "at most 40 ports stand in one list and here are 41: write a range with endPort, or another"
            + " entry of toPorts",
        only("{toPorts: [{ports: [" + times(41, "{port: '80'}") + "]}]}"));
    assertEquals(
        "at most 40 types stand in one list and here are 41: write another entry of icmps",
        only("{icmps: [{fields: [" + times(41, "{type: 8}") + "]}]}"));
  }

  @Test
  void aPolicyNeedsThePlaceOfItsKind() {
    Map<String, Object> body = Map.of();
    assertEquals(
        "metadata.namespace: a CiliumNetworkPolicy belongs to a namespace: write"
            + " metadata.namespace",
        refused(new ObjectKey("CiliumNetworkPolicy", "", "p"), body).getFirst().toString());
    assertEquals(
        "metadata.namespace: a ClusterNetworkPolicy is for the whole cluster: take the namespace"
            + " out",
        refused(new ObjectKey("ClusterNetworkPolicy", "shop", "p"), body).getFirst().toString());
    assertEquals(
        "kind: Pod is no policy: write a CiliumNetworkPolicy",
        refused(new ObjectKey("Pod", "shop", "p"), body).getFirst().toString());
  }

  private static String times(int count, String text) {
    return String.join(", ", Collections.nCopies(count, text));
  }

  private static String only(String rule) {
    List<Finding> found = findings("{spec: {endpointSelector: {}, ingress: [" + rule + "]}}");
    assertEquals(1, found.size());
    return found.getFirst().message();
  }

  @SuppressWarnings("unchecked")
  private static List<Finding> findings(String body) {
    return refused(KEY, (Map<String, Object>) Yaml.of(body));
  }

  private static List<Finding> refused(ObjectKey key, Map<String, Object> body) {
    ParsedPolicy parsed = PolicyParser.parse(key, body);
    return assertInstanceOf(ParsedPolicy.Refused.class, parsed, parsed::toString).findings();
  }
}
