package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PolicyFoldTest {
  private static final String FRONTEND = "any:app=frontend,k8s:io.kubernetes.pod.namespace=shop";

  private static LogBuilder shop() {
    return LogBuilder.whole()
        .pod("shop", "frontend-0", "app=frontend")
        .pod("shop", "backend-0", "app=backend");
  }

  @Test
  void nothingComesOutBeforeTheWorldIsWhole() {
    LogBuilder log = new LogBuilder().genesis().pod("shop", "a", "app=a");
    log.policy("shop", "p", Specs.allow("a", "b"));
    PolicyFold fold = log.fold();
    assertEquals(List.of(), log.last().desired());
    assertEquals(0, fold.revision());
    assertEquals("", fold.hash());
    PolicyStep whole = log.synced().last();
    assertEquals(log.fold().image(), whole.desired());
    assertEquals(LogBuilder.BASE + log.size() - 1, whole.revision());
    assertEquals(ObjectEvent.Type.SYNCED, whole.revisionMade().orElseThrow().causeType());
    assertFalse(whole.diagnostics().isEmpty());
  }

  @Test
  void theArticlesPolicyCompilesToOneRule() {
    LogBuilder log =
        shop().policy("shop", "backend-allow-frontend", Specs.allow("backend", "frontend"));
    PolicyStep step = log.last();
    int frontend = log.identity("shop", "app=frontend");
    int backend = log.identity("shop", "app=backend");

    assertEquals(3, step.desired().size(), step.desired()::toString);
    var selector = (DesiredRecord.Selector) step.desired().get(0).value();
    assertEquals(FRONTEND, selector.text());
    assertEquals(List.of("CiliumNetworkPolicy/shop/backend-allow-frontend"), selector.users());
    assertEquals(new DesiredRecord.Member(selector.id(), frontend), step.desired().get(1).value());
    var policy = (DesiredRecord.SubjectPolicy) step.desired().get(2).value();
    assertEquals(backend, policy.identity());
    assertEquals(step.revision(), policy.revision());
    assertTrue(policy.ingress().enforced());
    assertEquals(
        List.of("CiliumNetworkPolicy/shop/backend-allow-frontend"), policy.ingress().enforcedBy());
    assertFalse(policy.egress().enforced());
    DesiredRecord.CompiledRule rule = policy.ingress().rules().getFirst();
    assertEquals(selector.id(), rule.selector());
    assertEquals(6, rule.protocol());
    assertEquals(8080, rule.portFirst());
    assertEquals(8080, rule.portLast());
    assertEquals(
        List.of(
            "CiliumNetworkPolicy/shop/backend-allow-frontend#spec.ingress[0].toPorts[0].ports[0]"),
        rule.origins());

    RevisionMade made = step.revisionMade().orElseThrow();
    assertEquals(LogBuilder.BASE + log.size() - 1, made.revision());
    assertEquals(List.of(backend), made.subjectsChanged());
    assertEquals(
        List.of("CiliumNetworkPolicy/shop/backend-allow-frontend"), made.policiesChanged());
    assertNotEquals(made.previousHash(), made.hash());
  }

  @Test
  void defaultDenyEnforcesBothDirectionsOfTheWholeNamespaceOnly() {
    LogBuilder log =
        shop().pod("bank", "teller", "app=teller").policy("shop", "deny", Specs.denyAll());
    PolicyStep step = log.last();
    assertEquals(2, step.desired().size());
    for (Change<DesiredRecord> change : step.desired()) {
      var policy = (DesiredRecord.SubjectPolicy) change.value();
      assertTrue(policy.ingress().enforced() && policy.egress().enforced());
      assertEquals(List.of(), policy.ingress().rules());
    }
  }

  @Test
  void aNewPodOfAKnownIdentityIsAnAddress() {
    LogBuilder log = shop().policy("shop", "p", Specs.allow("backend", "frontend"));
    PolicyStep step = log.pod("shop", "frontend-1", "app=frontend").last();
    assertEquals(List.of("DesiredAddress"), kinds(step));
    assertTrue(step.revisionMade().isEmpty());
  }

  @Test
  void aNewIdentityIsItsMembersItsOwnPolicyAndItsAddress() {
    LogBuilder log = shop();
    for (int i = 0; i < 50; i++) {
      log.policy("shop", "p" + i, Specs.allow("backend", "frontend"));
    }
    PolicyStep step = log.pod("shop", "f", "app=frontend", "tier=web").last();
    assertEquals(List.of("Member", "SubjectPolicy", "DesiredAddress"), kinds(step));
    assertEquals(
        List.of(log.identity("shop", "app=frontend", "tier=web")),
        step.revisionMade().orElseThrow().subjectsChanged());
  }

  @Test
  void aPolicyChangeTouchesOnlyTheSubjectsItSelects() {
    LogBuilder log = shop();
    for (int i = 0; i < 50; i++) {
      log.pod("shop", "other-" + i, "app=other" + i);
    }
    log.policy("shop", "p", Specs.allow("backend", "frontend"));
    assertEquals(List.of("Selector", "Member", "SubjectPolicy"), kinds(log.last()));
    log.policy("shop", "p", Specs.allow("backend", "other7"));
    assertEquals(
        List.of("Selector", "Member", "SubjectPolicy", "-Member", "-Selector"), kinds(log.last()));
    log.deletePolicy("shop", "p");
    assertEquals(List.of("SubjectPolicy", "-Member", "-Selector"), kinds(log.last()));
    assertFalse(log.fold().image().toString().contains("Selector["));
  }

  @Test
  void removalsComeInReverse() {
    LogBuilder log = shop().policy("shop", "p", Specs.allow("backend", "frontend"));
    log.deletePod("shop", "frontend-0");
    assertEquals(List.of("-DesiredAddress"), kinds(log.last()));
    log.release("shop", "app=frontend");
    assertEquals(List.of("-SubjectPolicy", "-Member"), kinds(log.last()));
  }

  @Test
  void aPolicyThatSelectsNothingMovesTheRevision() {
    LogBuilder log = shop();
    long before = log.fold().revision();
    PolicyStep step = log.policy("shop", "p", Specs.allow("bakend", "frontend")).last();
    assertTrue(step.revision() > before);
    assertEquals(List.of(), step.revisionMade().orElseThrow().subjectsChanged());
    assertEquals(
        step.revisionMade().orElseThrow().previousHash(), step.revisionMade().orElseThrow().hash());
    DiagnosticRecord told = step.diagnostics().getFirst().value();
    assertEquals("selects-nothing", told.code());
    assertEquals(
        "selects no endpoint: no pod in shop has app=bakend; shop has app=backend, 1 edit away",
        told.message());
    assertEquals("spec.endpointSelector", told.path());
    assertEquals("p.yaml", told.file());
    assertEquals(1, told.line());
  }

  @Test
  void whatIsIdenticalMakesNoRevision() {
    LogBuilder log = shop().policy("shop", "p", Specs.allow("backend", "frontend"));
    long before = log.fold().revision();
    log.policy(
        "shop",
        "p",
        "p.yaml:9",
        Map.of(
            "metadata",
            Map.of("labels", Map.of("a", "b")),
            "spec",
            Specs.allow("backend", "frontend"),
            "status",
            Map.of()));
    PolicyStep step = log.last();
    assertEquals(before, step.revision());
    assertEquals(List.of(), step.desired());
    assertTrue(step.revisionMade().isEmpty());
  }

  @Test
  void whatIsRefusedStaysAsItWasAndIsTold() {
    LogBuilder log = shop().policy("shop", "p", Specs.allow("backend", "frontend"));
    PolicyFold good = log.fold();
    log.policy("shop", "p", "dir/p.yaml:7", Map.of("spec", Map.of("endpointSelector", Map.of())));
    PolicyStep step = log.last();
    assertEquals(good.revision(), step.revision());
    assertEquals(good.image(), log.fold().image());
    DiagnosticRecord told = step.diagnostics().getFirst().value();
    assertEquals("missing-field", told.code());
    assertEquals("dir/p.yaml", told.file());
    assertEquals(7, told.line());

    PolicyStep mended = log.policy("shop", "p", Specs.allow("backend", "frontend")).last();
    assertEquals(good.revision(), mended.revision());
    assertTrue(mended.diagnostics().getFirst().isRemoval());
    assertEquals(List.of(), log.fold().diagnostics());
  }

  @Test
  void aRefusedPolicyThatIsDeletedLeavesNothing() {
    LogBuilder log = shop().policy("shop", "p", Map.of("endpointSelector", Map.of()));
    long before = log.fold().revision();
    PolicyStep step = log.deletePolicy("shop", "p").last();
    assertEquals(before, step.revision());
    assertEquals(1, step.diagnostics().size());
    assertTrue(step.diagnostics().getFirst().isRemoval());
  }

  @Test
  void whatTheClusterFoldPassesOverIsTold() {
    ObjectKey pod = new ObjectKey("Pod", "shop", "odd");
    Map<String, Object> odd =
        Map.of("status", Map.of("podIPs", List.of(Map.of("ip", "10.0.0.1"), Map.of("ip", "10.0"))));
    LogBuilder log = shop().add(ObjectEvent.Type.ADDED, pod, "a.yaml:3", odd, List.of());
    DiagnosticRecord told = log.last().diagnostics().getFirst().value();
    assertEquals("unreadable-address", told.code());
    assertEquals("status.podIPs[1].ip", told.path());
    assertTrue(told.message().startsWith("'10.0' is not an IP address"), told.message());
    assertEquals("a.yaml", told.file());
    log.add(ObjectEvent.Type.DELETED, pod, "", Map.of(), List.of());
    assertTrue(log.last().diagnostics().getFirst().isRemoval());
    ObjectKey node = new ObjectKey("Node", "", "node-9");
    log.add(
        ObjectEvent.Type.ADDED,
        node,
        "",
        Map.of("spec", Map.of("podCIDR", "10.0.1/24")),
        List.of());
    assertEquals("spec.podCIDR", log.last().diagnostics().getFirst().value().path());
  }

  @Test
  void aPodWithoutANumberIsToldAndHasNoPolicy() {
    ClusterRecord.Endpoint endpoint =
        new ClusterRecord.Endpoint(
            99,
            "shop",
            "late",
            "uid",
            "node-1",
            List.of(),
            ReservedIdentity.INIT.number(),
            LogBuilder.labels("shop", "app=late"),
            "",
            "",
            List.of());
    LogBuilder log =
        shop()
            .add(
                ObjectEvent.Type.ADDED,
                new ObjectKey("Pod", "shop", "late"),
                "",
                Map.of(),
                List.of(Change.upsert(ClusterRecord.Endpoint.class, endpoint.key(), endpoint)));
    assertEquals(List.of(), log.last().desired());
    assertEquals("no-identity-number", log.last().diagnostics().getFirst().value().code());
    log.add(
        ObjectEvent.Type.DELETED,
        new ObjectKey("Pod", "shop", "late"),
        "",
        Map.of(),
        List.of(Change.remove(ClusterRecord.Endpoint.class, endpoint.key())));
    assertTrue(log.last().diagnostics().getFirst().isRemoval());
  }

  @Test
  void reservedIdentitiesAreMembers() {
    LogBuilder log =
        shop()
            .policy(
                "shop",
                "p",
                Map.of(
                    "endpointSelector",
                    Specs.selector("app", "backend"),
                    "ingress",
                    List.of(Map.of("fromEntities", List.of("world", "host")))));
    List<Integer> members =
        log.last().desired().stream()
            .filter(change -> change.value() instanceof DesiredRecord.Member)
            .map(change -> ((DesiredRecord.Member) change.value()).identity())
            .sorted()
            .toList();
    assertEquals(List.of(1, 2), members);
  }

  @Test
  void namesTakeNoPartInTheHash() {
    LogBuilder one = shop().policy("shop", "p", Specs.allow("backend", "frontend"));
    LogBuilder other =
        LogBuilder.whole()
            .pod("shop", "x", "app=backend")
            .pod("shop", "y", "app=backend")
            .policy("shop", "q", Specs.allow("backend", "frontend"))
            .pod("shop", "z", "app=frontend");
    assertEquals(one.fold().hash(), other.fold().hash());
  }

  static List<String> kinds(PolicyStep step) {
    return step.desired().stream()
        .flatMap(
            change -> Stream.of((change.isRemoval() ? "-" : "") + change.kind().getSimpleName()))
        .toList();
  }
}
