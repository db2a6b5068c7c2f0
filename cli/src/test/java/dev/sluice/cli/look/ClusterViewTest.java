package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.cli.output.JsonPath;
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
import java.time.Instant;
import java.util.List;
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

  private static ClusterView cluster(long realised) {
    SubjectPolicy backend =
        new SubjectPolicy(256, List.of("k8s:app=backend"), 7L, "ab", CLOSED, OPEN);
    EndpointStatus status = new EndpointStatus(3L, "shop", "backend-0", 256, "ready", realised, "");
    NodeStatus node =
        NodeStatus.newBuilder()
            .setNode("node-1")
            .setTime(Instant.EPOCH)
            .setPosition(9)
            .setRevision(realised)
            .setHash("")
            .setEndpoints(List.of(status))
            .setMaps(List.of())
            .build();
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
        new TreeMap<>(java.util.Map.of("node-1", node)));
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
