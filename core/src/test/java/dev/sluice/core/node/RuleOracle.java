package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.node.KernelEntry.Direction;
import java.util.Set;
import java.util.TreeSet;

/** The verdict on one packet, straight from the rules: slow, and shares no code with the plan. */
final class RuleOracle {
  /**
   * @param decidedBy origins of the rules that decided, or the policies whose default deny did
   */
  record Verdict(boolean allow, Set<String> decidedBy) {}

  private RuleOracle() {}

  /**
   * @param selectedBy selectors that select the peer
   */
  static Verdict judge(
      Direction direction,
      DirectionPolicy policy,
      int peer,
      Set<String> selectedBy,
      int protocol,
      int port) {
    if (direction == Direction.INGRESS && peer == 1) {
      return new Verdict(true, Set.of());
    }
    int best = Integer.MIN_VALUE;
    boolean denied = false;
    Set<String> decidedBy = new TreeSet<>();
    for (CompiledRule rule : policy.rules()) {
      boolean deny = rule.verdict() == RuleVerdict.DENY;
      boolean able = deny || rule.verdict() == RuleVerdict.ALLOW;
      if (!able || !applies(rule, selectedBy, protocol, port) || rule.precedence() < best) {
        continue;
      }
      if (rule.precedence() > best || (deny && !denied)) {
        decidedBy.clear();
        denied = deny;
        best = rule.precedence();
      }
      if (deny == denied) {
        decidedBy.addAll(rule.origins());
      }
    }
    if (best == Integer.MIN_VALUE) {
      return policy.enforced()
          ? new Verdict(false, new TreeSet<>(policy.enforcedBy()))
          : new Verdict(true, Set.of());
    }
    return denied || policy.enforced()
        ? new Verdict(!denied, decidedBy)
        : new Verdict(true, Set.of());
  }

  private static boolean applies(
      CompiledRule rule, Set<String> selectedBy, int protocol, int port) {
    boolean everyPort = rule.portFirst() == 0 && rule.portLast() == 65535;
    boolean hasPorts = protocol == 6 || protocol == 17 || protocol == 132;
    return (rule.selector().isEmpty() || selectedBy.contains(rule.selector()))
        && (rule.protocol() == protocol || (rule.protocol() == 0 && (everyPort || hasPorts)))
        && rule.portFirst() <= port
        && port <= rule.portLast();
  }
}
