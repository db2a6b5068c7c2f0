package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which questions pass under which rules. */
final class QuestionRulesTest {
  private static final int UDP = 17;

  private static CompiledRule rule(
      String selector, RuleVerdict verdict, int precedence, String redirect) {
    return new CompiledRule(
        selector,
        UDP,
        53,
        53,
        "",
        verdict,
        precedence,
        false,
        redirect,
        List.of("CiliumNetworkPolicy/shop/p#spec.egress[0]"));
  }

  private static CompiledRule names(String selector, String lines) {
    return rule(selector, RuleVerdict.REDIRECT, 100, "dns\n" + lines);
  }

  private static QuestionRules of(boolean enforced, CompiledRule... rules) {
    return QuestionRules.of(
        new DirectionPolicy(enforced, List.of(), List.of(rules)), "dns"::equals, UDP, 53);
  }

  @Test
  void namesOfAllRulesForTheServerPass() {
    QuestionRules rules =
        of(
            true,
            names("dns", "matchPattern: *.stripe.com"),
            names("dns", "matchName: example.com"),
            names("other", "matchName: other.com"));
    assertTrue(rules.allow("api.stripe.com"));
    assertTrue(rules.allow("example.com"));
    assertFalse(rules.allow("stripe.com"));
    assertFalse(rules.allow("a.api.stripe.com"));
    assertFalse(rules.allow("other.com"));
    assertEquals(List.of("CiliumNetworkPolicy/shop/p#spec.egress[0]"), rules.origins());
  }

  @Test
  void aDotInsideALabelIsNoBorder() {
    assertFalse(of(true, names("dns", "matchPattern: *.stripe.com")).allow("api\\046stripe.com"));
  }

  @Test
  void aRuleWithoutNamesLetsEveryQuestionPass() {
    QuestionRules rules =
        of(true, names("dns", "matchName: example.com"), rule("", RuleVerdict.ALLOW, 100, ""));
    assertTrue(rules.allow("anything.at.all"));
  }

  @Test
  void aDenyOrAHigherRuleDecides() {
    assertFalse(
        of(true, names("dns", "matchPattern: *"), rule("dns", RuleVerdict.DENY, 100, ""))
            .allow("example.com"));
    assertFalse(
        of(
                true,
                rule("dns", RuleVerdict.REDIRECT, 200, "dns\nmatchName: a.com"),
                names("dns", "matchPattern: *"))
            .allow("b.com"));
  }

  @Test
  void nothingPassesWithoutARuleUnlessNothingIsEnforced() {
    assertFalse(of(true).allow("example.com"));
    assertTrue(of(false).allow("example.com"));
    assertTrue(of(false, names("dns", "matchName: a.com")).allow("b.com"));
  }
}
