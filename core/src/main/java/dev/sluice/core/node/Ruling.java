package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import java.util.Collection;
import java.util.List;

/** What happens to some traffic, and why. */
record Ruling(boolean allow, RuleBook.Reason reason) {
  /** Allowed without any policy having a say. */
  static final Ruling OPEN = new Ruling(true, RuleBook.Reason.NONE);

  /**
   * The ruling of all rules that apply to one and the same traffic: the highest precedence decides,
   * at equal precedence a deny does, and without any rule the default of the direction. A rule of a
   * kind that this node has no mechanism for (PASS, AUDIT, REDIRECT) allows nothing.
   */
  static Ruling of(DirectionPolicy policy, Collection<CompiledRule> applying) {
    List<CompiledRule> able =
        applying.stream()
            .filter(r -> r.verdict() == RuleVerdict.ALLOW || r.verdict() == RuleVerdict.DENY)
            .toList();
    if (able.isEmpty()) {
      return policy.enforced()
          ? new Ruling(false, new RuleBook.Reason(List.of(), policy.enforcedBy()))
          : OPEN;
    }
    int precedence = able.stream().mapToInt(CompiledRule::precedence).max().getAsInt();
    boolean denied =
        able.stream()
            .anyMatch(r -> r.precedence() == precedence && r.verdict() == RuleVerdict.DENY);
    if (!denied && !policy.enforced()) {
      return OPEN;
    }
    List<String> origins =
        able.stream()
            .filter(r -> r.precedence() == precedence)
            .filter(r -> (r.verdict() == RuleVerdict.DENY) == denied)
            .flatMap(r -> r.origins().stream())
            .sorted()
            .distinct()
            .toList();
    return new Ruling(!denied, new RuleBook.Reason(origins, List.of()));
  }
}
