package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.dns.QuestionRules;
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
 *   <li>A rule of names that may be asked for allows the flow and hands it to the DNS proxy, also
 *       beside a rule that allows it as it is. One that needs a mechanism which the node has not
 *       (other REDIRECTs, names over SCTP) allows nothing.
 * </ol>
 */
record Ruling(RuleBook.Reason reason, int proxy) {
  /** The number of the DNS proxy in policy entries. */
  static final int DNS_PROXY = 1;

  private static final int TCP = 6;
  private static final int UDP = 17;

  /** Allowed without any policy having a say. */
  static final Ruling OPEN = new Ruling(RuleBook.Reason.NONE, 0);

  /** The ruling of all rules that apply to one and the same traffic. */
  static Ruling of(DirectionPolicy policy, Collection<CompiledRule> applying) {
    List<CompiledRule> enforced = applying.stream().filter(rule -> !rule.audited()).toList();
    Ruling real = new Ruled(policy.enforced(), policy.enforcedBy(), enforced).decide();
    boolean audits = !policy.auditedBy().isEmpty() || enforced.size() < applying.size();
    if (!audits || !real.reason().verdict().passes()) {
      return real;
    }
    RuleBook.Reason shadow = withAudited(policy, applying).decide().reason();
    return shadow.verdict().passes()
        ? real
        : new Ruling(audit(policy, applying, shadow), real.proxy());
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

    Ruling decide() {
      int below = Integer.MAX_VALUE;
      Tier passed = null;
      for (int next = next(below, passed); next >= 0; next = next(below, passed)) {
        List<String> denying = origins(rules, next, RuleVerdict.DENY);
        if (!denying.isEmpty()) {
          return new Ruling(new RuleBook.Reason(Verdict.DENY, denying, List.of()), 0);
        }
        List<String> allowing = origins(rules, next, RuleVerdict.ALLOW);
        List<String> asking = origins(rules, next, RuleVerdict.REDIRECT);
        if (!allowing.isEmpty() || !asking.isEmpty()) {
          List<String> deciding = allowing.isEmpty() ? asking : allowing;
          return new Ruling(
              new RuleBook.Reason(Verdict.ALLOW, deciding, List.of()),
              asking.isEmpty() ? 0 : DNS_PROXY);
        }
        below = next;
        passed = Precedence.tier(next);
      }
      return enforced
          ? new Ruling(new RuleBook.Reason(Verdict.DEFAULT_DENY, List.of(), closing), 0)
          : OPEN;
    }

    /** The highest precedence that is still to be asked; -1 when there is none. */
    private int next(int below, Tier passed) {
      int next = -1;
      for (CompiledRule rule : rules) {
        Tier tier = Precedence.tier(rule.precedence());
        boolean asked =
            isAble(rule)
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

  private static boolean isAble(CompiledRule rule) {
    return switch (rule.verdict()) {
      case ALLOW, DENY, PASS -> true;
      case REDIRECT ->
          QuestionRules.concerns(rule) && (rule.protocol() == UDP || rule.protocol() == TCP);
      case AUDIT -> false;
    };
  }

  private static List<String> origins(
      Collection<CompiledRule> rules, int precedence, RuleVerdict verdict) {
    TreeSet<String> origins = new TreeSet<>();
    for (CompiledRule rule : rules) {
      if (rule.precedence() == precedence && rule.verdict() == verdict && isAble(rule)) {
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
