package dev.sluice.core.node;

import static dev.sluice.core.node.DesiredWorld.NORMAL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rules that apply to one and the same traffic come to, and who is named for it. */
class RulingTest {
  private static CompiledRule rule(String name, RuleVerdict verdict, boolean audited) {
    return rule(name, verdict, 6, audited, "");
  }

  private static CompiledRule rule(
      String name, RuleVerdict verdict, int protocol, boolean audited, String redirect) {
    return new CompiledRule(
        "", protocol, 80, 80, "", verdict, NORMAL, audited, redirect, List.of(name + "#spec"));
  }

  private static CompiledRule admin(
      String name, RuleVerdict verdict, int priority, boolean audited) {
    int precedence = Precedence.of(Tier.ADMIN, priority);
    return new CompiledRule(
        "", 6, 80, 80, "", verdict, precedence, audited, "", List.of(name + "#spec"));
  }

  private static DirectionPolicy policy(boolean enforced, List<String> auditedBy) {
    return new DirectionPolicy(
        enforced, enforced ? List.of("closes") : List.of(), auditedBy, List.of());
  }

  private static RuleBook.Reason audit(List<String> origins, List<String> enforcedBy) {
    return new RuleBook.Reason(Verdict.AUDIT, origins, enforcedBy);
  }

  @Test
  void ofAuditedRulesThoseThatWouldDenyAreNamed() {
    Ruling ruling =
        Ruling.of(
            policy(false, List.of()),
            List.of(
                rule("denies", RuleVerdict.DENY, true),
                rule("allows", RuleVerdict.ALLOW, true),
                rule("enforces", RuleVerdict.ALLOW, false)));
    assertEquals(audit(List.of("denies#spec"), List.of()), ruling.reason());
  }

  @Test
  void ofAuditedPoliciesThoseThatWouldCloseAreNamed() {
    Ruling ruling =
        Ruling.of(
            policy(false, List.of("staged")), List.of(rule("passes", RuleVerdict.PASS, true)));
    assertEquals(audit(List.of(), List.of("staged")), ruling.reason());
  }

  @Test
  void whereOthersWouldDropItWhoeverGaveWayIsNamed() {
    CompiledRule allows = admin("allows", RuleVerdict.ALLOW, 2, false);
    CompiledRule passes = admin("passes", RuleVerdict.PASS, 1, true);
    Ruling ruling = Ruling.of(policy(true, List.of()), List.of(allows, passes));
    assertEquals(audit(List.of("passes#spec"), List.of()), ruling.reason());
  }

  @Test
  void namesAreAskedForOverUdpAndTcp() {
    for (int protocol : List.of(6, 17, 132)) {
      Ruling ruling =
          Ruling.of(
              policy(true, List.of()),
              List.of(rule("dns", RuleVerdict.REDIRECT, protocol, false, "dns\nname *")));
      boolean able = protocol != 132;
      assertEquals(able ? Verdict.ALLOW : Verdict.DEFAULT_DENY, ruling.reason().verdict());
      assertEquals(able ? Ruling.DNS_PROXY : 0, ruling.proxy());
    }
  }
}
