package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The verdict on one packet, straight from the rules: slow, and shares no code with the plan. */
final class RuleOracle {
  /**
   * @param decidedBy origins of the rules that decided, or the policies whose default deny did
   */
  record Verdict(KernelEntry.Verdict verdict, Set<String> decidedBy) {}

  /**
   * What is asked.
   *
   * @param selectedBy selectors that select the peer
   * @param named named ports of the destination
   */
  record Question(
      Direction direction,
      int peer,
      Set<String> selectedBy,
      List<NamedPort> named,
      int protocol,
      int port) {}

  private RuleOracle() {}

  static Verdict judge(DirectionPolicy policy, Question question) {
    if (question.direction == Direction.INGRESS && question.peer == 1) {
      return new Verdict(KernelEntry.Verdict.ALLOW, Set.of());
    }
    List<CompiledRule> all = policy.rules().stream().filter(r -> applies(r, question)).toList();
    List<CompiledRule> real = all.stream().filter(rule -> !rule.audited()).toList();
    Verdict verdict = ask(policy.enforced(), new TreeSet<>(policy.enforcedBy()), real);
    if (!verdict.verdict.passes()) {
      return verdict;
    }
    Set<String> closing = new TreeSet<>(policy.enforcedBy());
    closing.addAll(policy.auditedBy());
    Verdict shadow = ask(policy.enforced() || !closing.isEmpty(), closing, all);
    if (shadow.verdict.passes()) {
      return verdict;
    }
    Set<String> audited =
        all.stream()
            .filter(CompiledRule::audited)
            .flatMap(rule -> rule.origins().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> names = new TreeSet<>(shadow.decidedBy);
    names.removeIf(name -> !audited.contains(name) && !policy.auditedBy().contains(name));
    return new Verdict(KernelEntry.Verdict.AUDIT, names.isEmpty() ? audited : names);
  }

  private static Verdict ask(boolean enforced, Set<String> closing, List<CompiledRule> rules) {
    for (Tier tier : Tier.values()) {
      if (tier == Tier.BASELINE && !closing.isEmpty()) {
        return new Verdict(KernelEntry.Verdict.DEFAULT_DENY, closing);
      }
      Verdict verdict = ask(tier, rules);
      if (verdict != null) {
        return verdict;
      }
    }
    return new Verdict(
        enforced ? KernelEntry.Verdict.DEFAULT_DENY : KernelEntry.Verdict.ALLOW, Set.of());
  }

  /** Null when the tier leaves it to the next. */
  private static Verdict ask(Tier tier, List<CompiledRule> rules) {
    List<CompiledRule> sorted = new ArrayList<>(rules);
    sorted.removeIf(rule -> Precedence.tier(rule.precedence()) != tier);
    sorted.sort(Comparator.comparingInt(CompiledRule::precedence).reversed());
    for (CompiledRule first : sorted) {
      Set<String> denying = by(RuleVerdict.DENY, first.precedence(), sorted);
      if (!denying.isEmpty()) {
        return new Verdict(KernelEntry.Verdict.DENY, denying);
      }
      Set<String> allowing = by(RuleVerdict.ALLOW, first.precedence(), sorted);
      if (!allowing.isEmpty()) {
        return new Verdict(KernelEntry.Verdict.ALLOW, allowing);
      }
      if (!by(RuleVerdict.PASS, first.precedence(), sorted).isEmpty()) {
        return null;
      }
    }
    return null;
  }

  private static Set<String> by(RuleVerdict verdict, int precedence, List<CompiledRule> rules) {
    return rules.stream()
        .filter(rule -> rule.verdict() == verdict && rule.precedence() == precedence)
        .flatMap(rule -> rule.origins().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean applies(CompiledRule rule, Question q) {
    if (!rule.selector().isEmpty() && !q.selectedBy.contains(rule.selector())) {
      return false;
    }
    if (!rule.portName().isEmpty()) {
      int number = rule.protocol();
      String protocol = number == 6 ? "TCP" : number == 17 ? "UDP" : "";
      return number == q.protocol
          && q.named.contains(new NamedPort(rule.portName(), q.port, protocol));
    }
    boolean everyPort = rule.portFirst() == 0 && rule.portLast() == 65535;
    boolean hasPorts = q.protocol == 6 || q.protocol == 17 || q.protocol == 132;
    return (rule.protocol() == q.protocol || (rule.protocol() == 0 && (everyPort || hasPorts)))
        && rule.portFirst() <= q.port
        && q.port <= rule.portLast();
  }
}
