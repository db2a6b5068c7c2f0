package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told about policies that are enforced as written. */
class WarningsTest {
  private static LogBuilder shop() {
    return LogBuilder.whole()
        .pod("shop", "frontend", "app=frontend")
        .ownedPod("shop", "backend-0", "Deployment", "backend", "app=backend")
        .policy("shop", "p", Specs.allow("backend", "frontend"));
  }

  private static List<String> codes(LogBuilder log) {
    return log.fold().diagnostics().stream().map(DiagnosticRecord::code).toList();
  }

  private static DiagnosticRecord only(LogBuilder log) {
    List<DiagnosticRecord> all = log.fold().diagnostics();
    assertEquals(1, all.size(), all::toString);
    return all.getFirst();
  }

  @Test
  void twoBackendsOnTwoIdentities() {
    LogBuilder log = shop();
    assertEquals(List.of(), codes(log));
    log.ownedPod("shop", "backend-1", "Deployment", "backend", "app=bakcend");
    assertEquals(
        List.of(PolicyWarnings.SPLIT_WORKLOAD, WorkloadCheck.SEVERAL_IDENTITIES), codes(log));
    DiagnosticRecord told = log.fold().diagnostics().getFirst();
    assertEquals(Finding.Severity.WARNING, told.severity());
    assertEquals("spec.endpointSelector", told.path());
    assertEquals("p.yaml", told.file());
    assertEquals(
        "selects only some of Deployment shop/backend: identity 257 has k8s:app=backend and is"
            + " selected, identity 258 has k8s:app=bakcend and is not",
        told.message());
    log.deletePod("shop", "backend-1");
    assertEquals(List.of(), codes(log));
  }

  @Test
  void aSplitPeerIsToldAtThePeer() {
    LogBuilder log = shop().pod("shop", "frontend-1", "app=frontnd");
    assertEquals("spec.ingress[0].fromEndpoints[0]", only(log).path());
    assertTrue(only(log).message().contains("the pods shop/frontend…"), only(log).message());
  }

  @Test
  void namesAreEnforcedOverEveryTransportOfDns() {
    LogBuilder log = shop();
    for (String protocol : List.of("UDP", "ANY", "TCP")) {
      log.policy("shop", "p", names(protocol));
      assertFalse(codes(log).contains(PolicyWarnings.L7_NOT_ENFORCED), protocol);
    }
  }

  private static Map<String, Object> names(String protocol) {
    List<Object> names = List.of(Map.of("matchPattern", "*.x.com"));
    Map<String, Object> questions =
        Map.of(
            "ports",
            List.of(Map.of("port", "53", "protocol", protocol)),
            "rules",
            Map.of("dns", names));
    return Map.of(
        "endpointSelector",
        Specs.selector("app", "backend"),
        "egress",
        List.of(Map.of("toPorts", List.of(questions)), Map.of("toFQDNs", names)));
  }

  @Test
  void podsWithoutAnOwnerThatDifferOnPurposeAreNotSplit() {
    LogBuilder log = shop().pod("shop", "frontend-1", "app=other");
    log.pod("shop", "frontend-2", "app=frontend2").pod("shop", "frontend-3", "app=frontend");
    assertEquals(List.of(), codes(log));
  }

  @Test
  void aSplitThatThePolicySelectsWholeIsNotedOfTheWorkload() {
    LogBuilder log = shop();
    log.ownedPod("shop", "backend-1", "Deployment", "backend", "app=backend", "version=2");
    DiagnosticRecord told = only(log);
    assertEquals(WorkloadCheck.SEVERAL_IDENTITIES, told.code());
    assertEquals(Finding.Severity.NOTE, told.severity());
    assertEquals("Deployment/shop/backend", told.object().toString());
    assertEquals(
        "its pods have 2 identities: 257 has no label more where 258 has k8s:version=2",
        told.message());
    log.ownedPod("shop", "backend-2", "Deployment", "backend", "app=backend", "version=2");
    assertEquals(List.of(), log.last().diagnostics(), "which says the same");
    log.deletePod("shop", "backend-0");
    assertEquals(List.of(), codes(log), "the rollout is over");
  }

  @Test
  void selectorsFollowThePodsThatComeAndGo() {
    LogBuilder log = shop().deletePod("shop", "frontend");
    assertEquals(List.of(PolicyWarnings.PEER_MATCHES_NOTHING), codes(log));
    assertEquals("spec.ingress[0].fromEndpoints[0]", only(log).path());
    log.pod("shop", "frontend-again", "app=frontend");
    assertEquals(List.of(), codes(log));
    log.deletePod("shop", "backend-0");
    assertEquals(List.of(PolicyWarnings.SELECTS_NOTHING), codes(log));
    log.deletePolicy("shop", "p");
    assertEquals(List.of(), codes(log));
  }

  @Test
  void aWarningThatGoesOnIsNotToldAgain() {
    LogBuilder log = LogBuilder.whole().policy("shop", "p", Specs.allow("backend", "frontend"));
    assertEquals(2, log.last().diagnostics().size());
    assertEquals(List.of(), log.pod("shop", "x", "app=x").last().diagnostics());
  }

  @Test
  void aRefusalKeepsTheWarningsOfWhatIsEnforced() {
    LogBuilder log = shop().deletePod("shop", "frontend");
    log.policy("shop", "p", Map.of("endpointSelector", Map.of()));
    assertEquals(List.of("missing-field", PolicyWarnings.PEER_MATCHES_NOTHING), codes(log));
  }

  @Test
  void severalFindingsOfOneCodeAreOneDiagnostic() {
    LogBuilder log =
        LogBuilder.whole()
            .policy(
                "shop",
                "p",
                Map.of(
                    "endpointSelector",
                    Map.of(),
                    "ingresss",
                    1L,
                    "egresss",
                    1L,
                    "egress",
                    List.of()));
    DiagnosticRecord told = only(log);
    assertEquals("unknown-field", told.code());
    assertTrue(told.message().contains("did you mean ingress?"));
    assertTrue(told.message().contains("did you mean egress?"));
    assertFalse(told.path().isEmpty());
  }

  @Test
  void aGroupThatCannotBeReadIsToldUntilItIsMended() {
    var key = new ObjectKey("CiliumCIDRGroup", "", "partners");
    LogBuilder log = LogBuilder.whole();
    log.add(ObjectEvent.Type.ADDED, key, "g.yaml:7", group("10.0.0.0/40"), List.of());
    assertEquals("spec.externalCIDRs[0]", only(log).path());
    assertEquals(7, only(log).line());
    log.add(ObjectEvent.Type.MODIFIED, key, "g.yaml:7", group("10.0.0.0/8"), List.of());
    assertEquals(List.of(), codes(log));
  }

  private static Map<String, Object> group(String prefix) {
    return Map.of("spec", Map.of("externalCIDRs", List.of(prefix)));
  }

  @Test
  void kindsThatAreReplacedAreRefusedAndForgottenWhenDeleted() {
    var key = new ObjectKey("AdminNetworkPolicy", "", "n");
    LogBuilder log = LogBuilder.whole();
    log.add(ObjectEvent.Type.ADDED, key, "n.yaml:3", Map.of(), List.of());
    assertEquals("unsupported-kind", only(log).code());
    assertEquals(3, only(log).line());
    log.add(ObjectEvent.Type.DELETED, key, "", Map.of(), List.of());
    assertEquals(List.of(), codes(log));
  }
}
