package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.EnforcementMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the settings of the cluster do to what is compiled, and to the log of revisions. */
class SettingsFoldTest {
  private static final Map<String, Object> ALWAYS = Map.of("policyEnforcementMode", "always");
  private static final Map<String, Object> NEVER = Map.of("policyEnforcementMode", "never");

  private static LogBuilder shop() {
    return LogBuilder.whole()
        .pod("shop", "frontend-0", "app=frontend")
        .pod("shop", "backend-0", "app=backend")
        .policy("shop", "p", Specs.allow("backend", "frontend"));
  }

  @Test
  void alwaysEnforcesEverySubjectAndSaysThatNoPolicyDid() {
    LogBuilder log = shop();
    String before = log.fold().hash();
    PolicyStep step = log.settings(ALWAYS).last();
    for (String app : List.of("frontend", "backend")) {
      DesiredRecord.SubjectPolicy policy = policy(log, app);
      assertTrue(policy.ingress().enforced() && policy.egress().enforced());
      assertEquals(List.of(), policy.egress().enforcedBy());
    }
    assertEquals(1, policy(log, "backend").ingress().enforcedBy().size());
    RevisionMade made = step.revisionMade().orElseThrow();
    assertEquals(ClusterSettings.KEY, made.cause());
    assertEquals("settings.yaml:1", made.who());
    assertEquals(2, made.subjectsChanged().size());
    assertNotEquals(before, made.hash());
    assertEquals(
        new DesiredRecord.Settings(
            new ClusterSettings(EnforcementMode.ALWAYS, 16384, "", List.of())),
        step.desired().getFirst().value());
  }

  @Test
  void neverOpensEverySubject() {
    LogBuilder log = shop().settings(NEVER);
    DesiredRecord.SubjectPolicy policy = policy(log, "backend");
    assertFalse(policy.ingress().enforced() || policy.egress().enforced());
    assertEquals(List.of(), policy.ingress().rules());
  }

  @Test
  void withoutThemTheDefaultsHold() {
    LogBuilder log = shop();
    String before = log.fold().hash();
    PolicyStep step = log.settings(NEVER).deleteSettings().last();
    assertEquals(before, step.hash());
    assertTrue(step.revisionMade().isPresent());
    assertTrue(step.desired().getLast().isRemoval());
    assertEquals(DesiredRecord.Settings.KEY, step.desired().getLast().key());
  }

  @Test
  void aRefusedVersionLeavesTheLastOne() {
    LogBuilder log = shop().settings(ALWAYS);
    String always = log.fold().hash();
    PolicyStep step = log.settings(Map.of("policyEnforcementMode", "nevver")).last();
    assertEquals(always, step.hash());
    assertTrue(step.revisionMade().isEmpty());
    assertEquals(
        "SluiceSettings//cluster|bad-value|policy-stream", step.diagnostics().getFirst().key());
    assertTrue(log.settings(ALWAYS).last().diagnostics().getFirst().isRemoval());
  }

  @Test
  void whatSaysTheSameMakesNoRevision() {
    LogBuilder log = shop().settings(ALWAYS);
    assertTrue(log.settings(ALWAYS).last().revisionMade().isEmpty());
  }

  private static DesiredRecord.SubjectPolicy policy(LogBuilder log, String app) {
    int identity = log.identity("shop", "app=" + app);
    return log.fold().image().stream()
        .filter(change -> change.key().equals("policy/" + identity))
        .map(change -> (DesiredRecord.SubjectPolicy) change.value())
        .findFirst()
        .orElseThrow();
  }
}
