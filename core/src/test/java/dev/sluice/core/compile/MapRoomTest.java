package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A policy that would need more entries than there is room for is refused, and waits. */
class MapRoomTest {
  private static final String POLICY = "CiliumNetworkPolicy/shop/p";
  private static final String DIAGNOSTIC = POLICY + "|map-full|policy-stream";

  private static LogBuilder shop(long room) {
    LogBuilder log =
        LogBuilder.whole()
            .settings(Map.of("policyMapEntries", room))
            .pod("shop", "backend-0", "app=backend");
    for (int i = 0; i < 3; i++) {
      log.pod("shop", "frontend-" + i, "app=frontend", "tier=" + i);
    }
    return log;
  }

  /** Each of three peers needs an entry for each port; there are three more for the subject. */
  private static Map<String, Object> allow(int... ports) {
    List<Object> list =
        IntStream.of(ports)
            .mapToObj(port -> (Object) Map.of("port", "" + port, "protocol", "TCP"))
            .toList();
    return Map.of(
        "endpointSelector",
        Specs.selector("app", "backend"),
        "ingress",
        List.of(
            Map.of(
                "fromEndpoints",
                List.of(Specs.selector("app", "frontend")),
                "toPorts",
                List.of(Map.of("ports", list)))));
  }

  private static Map<String, Object> denial(String app, Map<String, Object> peer) {
    return Map.of("endpointSelector", Specs.selector("app", app), "ingressDeny", List.of(peer));
  }

  @Test
  void whatHasNoRoomIsRefusedAndTheLastVersionStays() {
    LogBuilder log = shop(16).policy("shop", "p", allow(1, 3));
    String before = log.fold().hash();
    PolicyStep step = log.policy("shop", "p", allow(1, 3, 5, 7, 9)).last();
    assertEquals(before, step.hash());
    assertTrue(step.revisionMade().isEmpty());
    DiagnosticRecord told = step.diagnostics().getFirst().value();
    assertEquals(DIAGNOSTIC, told.key());
    assertEquals(Finding.Severity.REFUSED, told.severity());
    assertEquals(
        "with it the pods with app=backend in shop (identity 256) would need 18 entries in the"
            + " policy map of a node and may have 16: name fewer peers or ports, or raise"
            + " policyMapEntries of SluiceSettings cluster",
        told.message());
    assertEquals(Set.of(ObjectKey.parse(POLICY)), log.fold().withoutRoom());
  }

  @Test
  void aSmallerVersionIsAccepted() {
    LogBuilder log =
        shop(16).policy("shop", "p", allow(1, 3, 5, 7, 9)).policy("shop", "p", allow(1, 3, 5));
    PolicyStep step = log.last();
    assertEquals(List.of(POLICY), step.revisionMade().orElseThrow().policiesChanged());
    assertTrue(removes(step, DIAGNOSTIC));
    assertEquals(Set.of(), log.fold().withoutRoom());
  }

  @Test
  void moreRoomLetsInWhatWaited() {
    LogBuilder log = shop(16).policy("shop", "p", allow(1, 3, 5, 7, 9));
    PolicyStep step = log.settings(Map.of("policyMapEntries", 64L)).last();
    assertEquals(List.of(POLICY), step.revisionMade().orElseThrow().policiesChanged());
    assertTrue(removes(step, DIAGNOSTIC));
  }

  @Test
  void aPolicyThatGoesMakesRoom() {
    LogBuilder log =
        shop(16).policy("shop", "other", allow(11, 13, 15)).policy("shop", "p", allow(1, 3, 5));
    assertEquals(Set.of(ObjectKey.parse(POLICY)), log.fold().withoutRoom());
    PolicyStep step = log.deletePolicy("shop", "other").last();
    assertEquals(
        List.of("CiliumNetworkPolicy/shop/other", POLICY),
        step.revisionMade().orElseThrow().policiesChanged());
  }

  /** Denying everything is an entry or two; without it, all that others allow comes back. */
  @Test
  void whomANewVersionDoesNotSelectAnyMoreNeedsRoomToo() {
    Map<String, Object> everything = Map.of("fromEntities", List.of("all"));
    LogBuilder log =
        shop(16)
            .policy("shop", "p", denial("backend", everything))
            .policy("shop", "other", allow(1, 3, 5, 7, 9));
    assertEquals(Set.of(), log.fold().withoutRoom());
    assertTrue(
        log.policy("shop", "p", denial("nobody", everything)).last().revisionMade().isEmpty());
    assertEquals(Set.of(ObjectKey.parse(POLICY)), log.fold().withoutRoom());
  }

  @Test
  void whatIsRefusedAndDeletedIsForgotten() {
    LogBuilder log = shop(16).policy("shop", "p", allow(1, 3, 5, 7, 9)).deletePolicy("shop", "p");
    assertTrue(removes(log.last(), DIAGNOSTIC));
    assertTrue(log.settings(Map.of("policyMapEntries", 64L)).fold().findings().isEmpty());
  }

  @Test
  void whoHasOutgrownItsRoomMayStillShrink() {
    LogBuilder log = shop(16).policy("shop", "p", allow(1, 3, 5));
    for (int i = 3; i < 9; i++) {
      log.pod("shop", "frontend-" + i, "app=frontend", "tier=" + i);
    }
    assertFalse(log.policy("shop", "p", allow(1, 3)).last().revisionMade().isEmpty());
    assertTrue(log.policy("shop", "p", allow(1, 3, 5)).last().revisionMade().isEmpty());
  }

  @Test
  void whoCameSinceASelectorIsInUseCounts() {
    LogBuilder log =
        LogBuilder.whole()
            .settings(Map.of("policyMapEntries", 16L))
            .pod("shop", "backend-0", "app=backend")
            .policy("shop", "other", allow(1));
    for (int i = 0; i < 7; i++) {
      log.pod("shop", "frontend-" + i, "app=frontend", "tier=" + i);
    }
    assertTrue(log.policy("shop", "p", allow(3)).last().revisionMade().isEmpty());
    assertEquals(Set.of(ObjectKey.parse(POLICY)), log.fold().withoutRoom());
  }

  @Test
  void ofAFirstListingTheLaterOnesAreRefused() {
    LogBuilder log = new LogBuilder().genesis().settings(Map.of("policyMapEntries", 16L));
    log.policy("shop", "p", allow(1, 3, 5)).policy("shop", "a", allow(11, 13, 15));
    log.pod("shop", "backend-0", "app=backend");
    for (int i = 0; i < 3; i++) {
      log.pod("shop", "frontend-" + i, "app=frontend", "tier=" + i);
    }
    PolicyStep step = log.synced().last();
    assertEquals(List.of(POLICY), step.revisionMade().orElseThrow().policiesChanged());
    assertEquals(
        Set.of(new ObjectKey("CiliumNetworkPolicy", "shop", "a")), log.fold().withoutRoom());
  }

  /** Twelve entries with three peers, and three for every pod that comes. */
  @Test
  void podsThatLeaveLittleRoomAreToldBeforeItIsGoneAndWhenItIs() {
    LogBuilder log = shop(20).policy("shop", "p", allow(1, 3, 5));
    assertEquals(List.of(), told(log));
    PolicyStep nearly =
        log.pod("shop", "frontend-3", "app=frontend", "tier=3")
            .pod("shop", "frontend-4", "app=frontend", "tier=4")
            .pod("shop", "frontend-5", "app=frontend", "tier=5")
            .last();
    assertEquals(List.of("map-outgrown"), told(log));
    assertFalse(nearly.desired().isEmpty(), "the pod is a peer like others");
    log.deletePod("shop", "frontend-5").release("shop", "app=frontend", "tier=5");
    assertEquals(List.of(), told(log));
    log.settings(Map.of("policyMapEntries", 18L));
    assertEquals(List.of("map-nearly-full"), told(log));
    log.settings(Map.of("policyMapEntries", 17L));
    assertEquals(List.of("map-outgrown"), told(log));
    DiagnosticRecord record = log.fold().diagnostics().getFirst();
    assertTrue(
        record
            .message()
            .startsWith(
                "the pods with app=backend in shop (identity 256) need more than the 17 entries"
                    + " that one identity may have in the policy map of a node, since pods came:"),
        record::message);
    assertEquals(Finding.Severity.WARNING, record.severity());
    log.policy("shop", "p", allow(1, 3));
    assertEquals(List.of(), told(log));
  }

  @Test
  void aNewPodThatNeedsMoreThanItMayHaveIsToldAsItComes() {
    LogBuilder log = shop(16).policy("shop", "p", allow(1, 3, 5)).policy("shop", "q", extra());
    assertEquals(List.of(), told(log));
    PolicyStep step = log.pod("shop", "both", "app=backend", "extra=yes").last();
    assertEquals(List.of("map-outgrown", "map-outgrown"), told(log), "under both its policies");
    long now = step.diagnostics().stream().filter(change -> !change.isRemoval()).count();
    assertEquals(2, now, "in the step that lets it in");
  }

  private static Map<String, Object> extra() {
    Map<String, Object> spec = new java.util.HashMap<>(allow(11, 13));
    spec.put("endpointSelector", Specs.selector("extra", "yes"));
    return spec;
  }

  private static List<String> told(LogBuilder log) {
    return log.fold().diagnostics().stream()
        .map(DiagnosticRecord::code)
        .filter(code -> code.startsWith("map-"))
        .toList();
  }

  private static boolean removes(PolicyStep step, String diagnostic) {
    return Stream.of(step.diagnostics())
        .flatMap(List::stream)
        .anyMatch(change -> change.isRemoval() && change.key().equals(diagnostic));
  }
}
