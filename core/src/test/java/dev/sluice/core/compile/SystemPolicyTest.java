package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Sluice's own pods need comes before every tier, and policies that would deny it say so. */
class SystemPolicyTest {
  private static final Map<String, Object> SYSTEM =
      Map.of(
          "systemNamespace",
          "sluice-system",
          "systemPeers",
          List.of(Map.of("cidr", "203.0.113.7/32", "port", 9092L)));

  private static LogBuilder world() {
    return LogBuilder.whole()
        .pod("sluice-system", "policy-stream", "app=policy-stream")
        .pod("shop", "backend", "app=backend");
  }

  @Test
  void itsRulesStandAboveAdmin() {
    LogBuilder log = world().settings(SYSTEM);
    DesiredRecord.SubjectPolicy policy = policy(log, "sluice-system", "app=policy-stream");
    assertEquals(1, policy.ingress().rules().size());
    policy
        .egress()
        .rules()
        .forEach(
            rule -> {
              assertEquals(DesiredRecord.RuleVerdict.ALLOW, rule.verdict());
              assertTrue(rule.precedence() > Precedence.of(Tier.ADMIN, 0), rule::toString);
              assertTrue(rule.origins().getFirst().startsWith("SluiceSettings//cluster#spec."));
            });
    assertEquals(List.of(), policy(log, "shop", "app=backend").egress().rules());
  }

  @Test
  void withoutItNothingIsAllowedBeforeTheTiers() {
    LogBuilder log = world().settings(SYSTEM).deleteSettings();
    assertEquals(world().fold().hash(), log.fold().hash());
    assertEquals(List.of(), policy(log, "sluice-system", "app=policy-stream").egress().rules());
  }

  @Test
  void whoWouldDenyItIsTold() {
    LogBuilder log = world().policy("sluice-system", "deny", Specs.denyAll());
    assertEquals(List.of(), told(log));
    assertEquals(List.of("CiliumNetworkPolicy/sluice-system/deny"), told(log.settings(SYSTEM)));
    assertEquals(List.of(), told(log.deletePod("sluice-system", "policy-stream")));
  }

  @Test
  void othersAreNotTold() {
    assertEquals(List.of(), told(world().settings(SYSTEM).policy("shop", "deny", Specs.denyAll())));
  }

  private static List<String> told(LogBuilder log) {
    return log.fold().findings().stream()
        .filter(one -> one.finding().code().equals(PolicyWarnings.SYSTEM_PODS))
        .filter(one -> one.finding().severity() == Finding.Severity.NOTE)
        .map(one -> one.object().toString())
        .toList();
  }

  private static DesiredRecord.SubjectPolicy policy(LogBuilder log, String namespace, String app) {
    int identity = log.identity(namespace, app);
    return log.fold().image().stream()
        .filter(change -> change.key().equals("policy/" + identity))
        .map(change -> (DesiredRecord.SubjectPolicy) change.value())
        .findFirst()
        .orElseThrow();
  }
}
