package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.cli.look.NodeHealth.State;
import dev.sluice.cli.output.JsonPath;
import dev.sluice.core.compile.SubjectHash;
import dev.sluice.core.label.LabelSet;
import dev.sluice.schemas.CompiledRule;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.DirectionPolicy;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.EndpointStatus;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.RuleVerdict;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.SubjectPolicy;
import dev.sluice.schemas.SubjectStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClusterViewTest {
  private static final String POLICY = "CiliumNetworkPolicy/shop/backend-allow-frontend";
  private static final String PATH = "#spec.ingress[0].toPorts[0].ports[0]";

  private static final DirectionPolicy OPEN =
      new DirectionPolicy(false, List.of(), List.of(), List.of());
  private static final DirectionPolicy CLOSED =
      new DirectionPolicy(
          true,
          List.of(POLICY),
          List.of(),
          List.of(
              new CompiledRule(
                  "00ff",
                  6,
                  8080,
                  8080,
                  "",
                  RuleVerdict.ALLOW,
                  0,
                  false,
                  "",
                  List.of(POLICY + PATH))));

  private static final String LEAF = "0123456789abcdef0123456789abcdef";

  private static ClusterView cluster(long realised) {
    return cluster(realised, LEAF.substring(0, 16));
  }

  private static NodeStatus node(long revision, String leaf) {
    EndpointStatus status = new EndpointStatus(3L, "shop", "backend-0", 256, "ready", revision, "");
    return NodeStatus.newBuilder()
        .setNode("node-1")
        .setTime(Instant.EPOCH)
        .setPosition(9)
        .setRevision(revision)
        .setHash(SubjectHash.ofAll(Map.of(LabelSet.parse(List.of("k8s:app=backend")), LEAF)))
        .setEndpoints(List.of(status))
        .setSubjects(List.of(new SubjectStatus(256, leaf)))
        .setMaps(List.of())
        .build();
  }

  private static ClusterView cluster(long realised, String leaf) {
    SubjectPolicy backend =
        new SubjectPolicy(256, List.of("k8s:app=backend"), 7L, LEAF, CLOSED, OPEN);
    Endpoint endpoint =
        Endpoint.newBuilder()
            .setId(3)
            .setNamespace("shop")
            .setPod("backend-0")
            .setNode("node-1")
            .setAddresses(List.of("10.0.1.10", "fd00:10:0:1::a"))
            .setIdentity(256)
            .setLabels(List.of("k8s:app=backend"))
            .setNamedPorts(List.of())
            .build();
    return ClusterView.of(
        List.of(new DesiredRow(9L, backend), new DesiredRow(9L, new Mark(9L, 8L, "root"))),
        List.of(new EndpointRow(5L, endpoint), new EndpointRow(9L, new Mark(9L, 0L, ""))),
        new TreeMap<>(Map.of("node-1", node(realised, leaf))));
  }

  private static Revision revision(long number, String type) {
    return Revision.newBuilder()
        .setRevision(number)
        .setPosition(number)
        .setTime(Instant.EPOCH)
        .setCause(POLICY)
        .setCauseType(type)
        .setHash("root" + number)
        .setPoliciesChanged(List.of(POLICY))
        .build();
  }

  @Test
  void anEndpointJoinsWhatIsDesiredAndWhatItsNodeSays() {
    EndpointView view = cluster(7).endpoints().getFirst();
    assertTrue(view.ingressEnforced());
    assertFalse(view.egressEnforced());
    assertEquals("ingress", view.enabled());
    assertEquals(7, view.realizedRevision());
    assertEquals(8, view.desiredRevision());
  }

  @Test
  void theArticlesJsonPathGivesTheRealisedRevision() {
    ArrayNode json = EndpointJson.array(cluster(7).endpoints());
    assertEquals(
        "7", JsonPath.parse("{[0].status.policy.realized.policy-revision}").apply(json).strip());
    assertEquals(
        "8", JsonPath.parse("{[0].status.policy.spec.policy-revision}").apply(json).strip());
  }

  @Test
  void aPolicyIsRealisedWhereItsRevisionIs() {
    List<Revision> revisions = List.of(revision(7, "ADDED"));
    PolicyView behind = PolicyView.of(cluster(6), revisions, List.of()).getFirst();
    assertEquals("0/1", behind.realised() + "/" + behind.endpoints());
    PolicyView there = PolicyView.of(cluster(7), revisions, List.of()).getFirst();
    assertEquals("1/1", there.realised() + "/" + there.endpoints());
    assertEquals("root7", there.hash());
    assertEquals("shop/backend-allow-frontend", there.shortName());
  }

  @Test
  void aPolicyIsNotRealisedByItsNumberAlone() {
    List<Revision> revisions = List.of(revision(7, "ADDED"));
    PolicyView others = PolicyView.of(cluster(7, "ffff"), revisions, List.of()).getFirst();
    assertEquals("0/1", others.realised() + "/" + others.endpoints());
    PolicyView none = PolicyView.of(cluster(7, ""), revisions, List.of()).getFirst();
    assertEquals("0/1", none.realised() + "/" + none.endpoints());
  }

  @Test
  void rulesThatAreNotAcknowledgedAreNotShownAsRealised() {
    ArrayNode there = EndpointJson.array(cluster(7).endpoints());
    String leaf = LEAF.substring(0, 16);
    assertEquals(leaf, JsonPath.parse("{[0].status.policy.realized.hash}").apply(there).strip());
    assertEquals(
        "ingress",
        JsonPath.parse("{[0].status.policy.realized.policy-enabled}").apply(there).strip());
    ArrayNode others = EndpointJson.array(cluster(7, "ffff").endpoints());
    assertEquals("ffff", JsonPath.parse("{[0].status.policy.realized.hash}").apply(others).strip());
    assertEquals(leaf, JsonPath.parse("{[0].status.policy.spec.hash}").apply(others).strip());
    assertEquals(
        "unknown",
        JsonPath.parse("{[0].status.policy.realized.policy-enabled}").apply(others).strip());
  }

  @Test
  void theObjectsConditionsSayWhatIsRefusedAndWhatStays() {
    Diagnostic refused =
        Diagnostic.newBuilder()
            .setTime(Instant.EPOCH)
            .setSeverity(Severity.REFUSED)
            .setCode("unknown-field")
            .setKind("CiliumNetworkPolicy")
            .setNamespace("shop")
            .setName("backend-allow-frontend")
            .setPath("spec.ingres")
            .setMessage("unknown field ingres")
            .setWriter("policy-stream")
            .build();
    PolicyView view =
        PolicyView.of(cluster(7), List.of(revision(7, "ADDED")), List.of(refused)).getFirst();
    ArrayNode conditions = PolicyConditions.of(view);
    assertEquals("Valid", conditions.at("/0/type").asText());
    assertEquals("False", conditions.at("/0/status").asText());
    assertEquals("unknown-field", conditions.at("/0/reason").asText());
    assertEquals(
        "spec.ingres: unknown field ingres; the version of revision 7 stays enforced",
        conditions.at("/0/message").asText());
    assertEquals("True", conditions.at("/1/status").asText());
    assertEquals("False", conditions.at("/2/status").asText());
    assertEquals("Noted", conditions.at("/3/type").asText());
    assertEquals("False", conditions.at("/3/status").asText());
  }

  @Test
  void aNodeIsJudgedByItsAgeItsRevisionAndItsHash() {
    Duration interval = Duration.ofSeconds(10);
    Instant soon = Instant.EPOCH.plusSeconds(30);
    ClusterView cluster = cluster(8);
    NodeStatus good = node(8, LEAF.substring(0, 16));
    assertEquals(State.OK, NodeHealth.of(good, cluster, soon, interval).state());
    assertEquals(State.BEHIND, NodeHealth.of(node(7, ""), cluster, soon, interval).state());
    NodeStatus other = node(8, LEAF.substring(0, 16));
    other.setHash("another");
    assertEquals(State.DIFFERS, NodeHealth.of(other, cluster, soon, interval).state());
    other.setPosition(10);
    assertEquals(State.OK, NodeHealth.of(other, cluster, soon, interval).state());
    NodeHealth silent = NodeHealth.of(good, cluster, soon.plusMillis(1), interval);
    assertEquals(State.STALE, silent.state());
    assertTrue(silent.text(soon).startsWith("Stale   silent since 1970-01-01T00:00:00Z (30 s)"));
  }

  @Test
  void aDeletedPolicyIsGoneAndARefusedOneIsShown() {
    ClusterView empty = ClusterView.of(List.of(), List.of(), new TreeMap<>());
    List<Revision> revisions = List.of(revision(7, "ADDED"), revision(8, "DELETED"));
    assertEquals(List.of(), PolicyView.of(empty, revisions, List.of()));
    Diagnostic refused =
        Diagnostic.newBuilder()
            .setTime(Instant.EPOCH)
            .setSeverity(Severity.REFUSED)
            .setCode("unknown-field")
            .setKind("CiliumNetworkPolicy")
            .setNamespace("shop")
            .setName("typo")
            .setMessage("no such field")
            .setWriter("policy-stream")
            .build();
    PolicyView view = PolicyView.of(empty, revisions, List.of(refused)).getFirst();
    assertTrue(view.refused());
    assertEquals(0, view.revision());
  }
}
