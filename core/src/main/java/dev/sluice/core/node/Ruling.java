package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What happens to some traffic, and why:
 *
 * <ol>
 *   <li>Rules are asked by precedence: tier by tier, and in a tier the lower priority number first.
 *   <li>At one precedence a deny decides before an allow, and either before a pass.
 *   <li>A pass leaves what its tier has not decided yet to the next tier.
 *   <li>Default deny that a policy switched on decides after tier NORMAL, before BASELINE.
 *   <li>Where nothing decides, traffic passes, unless mode always denies it.
 *   <li>Audited policies take no part. When traffic passes without them and would not with them,
 *       the verdict is AUDIT.
 *   <li>A rule that needs a mechanism which the node has not (REDIRECT) allows nothing.
 * </ol>
 */
record Ruling(RuleBook.Reason reason) {
  /** Allowed without any policy having a say. */
  static final Ruling OPEN = new Ruling(RuleBook.Reason.NONE);

  /** The ruling of all rules that apply to one and the same traffic. */
  static Ruling of(DirectionPolicy policy, Collection<CompiledRule> applying) {
    List<CompiledRule> enforced = applying.stream().filter(rule -> !rule.audited()).toList();
    RuleBook.Reason real = new Ruled(policy.enforced(), policy.enforcedBy(), enforced).decide();
    boolean audits = !policy.auditedBy().isEmpty() || enforced.size() < applying.size();
    if (!audits || !real.verdict().passes()) {
      return new Ruling(real);
    }
    RuleBook.Reason shadow = withAudited(policy, applying).decide();
    return new Ruling(shadow.verdict().passes() ? real : audit(policy, applying, shadow));
  }

  private static Ruled withAudited(DirectionPolicy policy, Collection<CompiledRule> applying) {
    List<String> closing =
        Stream.concat(policy.enforcedBy().stream(), policy.auditedBy().stream())
            .sorted()
            .distinct()
            .toList();
    return new Ruled(policy.enforced() || !closing.isEmpty(), closing, applying);
  }

  /**
   * Rules that are asked.
   *
   * @param enforced what nothing allows is denied
   * @param closing the policies that say so; empty when the mode alone does
   */
  private record Ruled(boolean enforced, List<String> closing, Collection<CompiledRule> rules) {

    RuleBook.Reason decide() {
      int below = Integer.MAX_VALUE;
      Tier passed = null;
      for (int next = next(below, passed); next >= 0; next = next(below, passed)) {
        List<String> denying = origins(rules, next, RuleVerdict.DENY);
        if (!denying.isEmpty()) {
          return new RuleBook.Reason(Verdict.DENY, denying, List.of());
        }
        List<String> allowing = origins(rules, next, RuleVerdict.ALLOW);
        if (!allowing.isEmpty()) {
          return new RuleBook.Reason(Verdict.ALLOW, allowing, List.of());
        }
        below = next;
        passed = Precedence.tier(next);
      }
      return enforced
          ? new RuleBook.Reason(Verdict.DEFAULT_DENY, List.of(), closing)
          : RuleBook.Reason.NONE;
    }

    /** The highest precedence that is still to be asked; -1 when there is none. */
    private int next(int below, Tier passed) {
      int next = -1;
      for (CompiledRule rule : rules) {
        Tier tier = Precedence.tier(rule.precedence());
        boolean asked =
            isAble(rule.verdict())
                && rule.precedence() < below
                && tier != passed
                && (tier != Tier.BASELINE || closing.isEmpty());
        if (asked) {
          next = Math.max(next, rule.precedence());
        }
      }
      return next;
    }
  }

  private static boolean isAble(RuleVerdict verdict) {
    return switch (verdict) {
      case ALLOW, DENY, PASS -> true;
      case REDIRECT, AUDIT -> false;
    };
  }

  private static List<String> origins(
      Collection<CompiledRule> rules, int precedence, RuleVerdict verdict) {
    TreeSet<String> origins = new TreeSet<>();
    for (CompiledRule rule : rules) {
      if (rule.precedence() == precedence && rule.verdict() == verdict) {
        origins.addAll(rule.origins());
      }
    }
    return List.copyOf(origins);
  }

  /** Names the audited policies among those that would have denied, or else all that apply. */
  private static RuleBook.Reason audit(
      DirectionPolicy policy, Collection<CompiledRule> applying, RuleBook.Reason shadow) {
    TreeSet<String> audited = new TreeSet<>();
    applying.stream().filter(CompiledRule::audited).forEach(rule -> audited.addAll(rule.origins()));
    List<String> origins = shadow.origins().stream().filter(audited::contains).toList();
    List<String> enforcedBy =
        shadow.enforcedBy().stream().filter(policy.auditedBy()::contains).toList();
    boolean named = !origins.isEmpty() || !enforcedBy.isEmpty();
    return new RuleBook.Reason(Verdict.AUDIT, named ? origins : List.copyOf(audited), enforcedBy);
  }
}
