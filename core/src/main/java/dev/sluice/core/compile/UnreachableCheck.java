package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Allow rules of which nothing is left, since a rule that denies at least as much stands before
 * them for every endpoint of the policy.
 */
final class UnreachableCheck implements PolicyCheck {
  private final Compilation compilation;

  UnreachableCheck(Compilation compilation) {
    this.compilation = compilation;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    Set<String> paths = new HashSet<>();
    for (PolicyPart part : compilation.policies().get(policy.key().toString()).parts()) {
      List<SubjectPolicy> rows = rows(part);
      if (!rows.isEmpty()) {
        check(part.ingress(), rows, SubjectPolicy::ingress, paths, told);
        check(part.egress(), rows, SubjectPolicy::egress, paths, told);
      }
    }
  }

  private List<SubjectPolicy> rows(PolicyPart part) {
    List<SubjectPolicy> rows = new ArrayList<>();
    for (int number : new TreeSet<>(compilation.identities().select(part.subject()))) {
      Subject subject = compilation.subjects().get(number);
      if (subject != null && subject.row() != null && compilation.inUse(number)) {
        rows.add(subject.row());
      }
    }
    return rows;
  }

  private void check(
      PolicyPart.Side side,
      List<SubjectPolicy> rows,
      Function<SubjectPolicy, DirectionPolicy> direction,
      Set<String> paths,
      List<Finding> told) {
    if (denies(direction.apply(rows.getFirst())).isEmpty()) {
      return;
    }
    for (PolicyPart.Contribution one : side.rules()) {
      RuleVerdict verdict = one.rule().verdict();
      if (verdict != RuleVerdict.ALLOW && verdict != RuleVerdict.REDIRECT) {
        continue;
      }
      CompiledRule denying = null;
      for (SubjectPolicy row : rows) {
        denying =
            denies(direction.apply(row)).stream()
                .filter(deny -> covers(deny, one.rule()))
                .findFirst()
                .orElse(null);
        if (denying == null) {
          break;
        }
      }
      String path = one.origin().substring(one.origin().indexOf('#') + 1);
      if (denying != null && paths.add(path)) {
        told.add(
            PolicyCheck.warning(
                PolicyWarnings.ALLOW_UNREACHABLE,
                path,
                "allows nothing: "
                    + denying.origins().getFirst().replace("#", " ")
                    + " denies all of it"));
      }
    }
  }

  private static List<CompiledRule> denies(DirectionPolicy direction) {
    return direction.rules().stream()
        .filter(rule -> rule.verdict() == RuleVerdict.DENY && !rule.audited())
        .toList();
  }

  private boolean covers(CompiledRule deny, RuleKey allow) {
    boolean named = !deny.portName().isEmpty();
    boolean ports =
        named
            ? deny.portName().equals(allow.portName())
            : deny.portFirst() <= allow.portFirst() && deny.portLast() >= allow.portLast();
    return deny.precedence() >= allow.precedence()
        && (deny.protocol() == 0 || deny.protocol() == allow.protocol())
        && ports
        && selects(deny.selector(), allow.selector());
  }

  /** Whether one selector, by what it asks for, selects everybody that the other does. */
  private boolean selects(String wider, String narrower) {
    if (wider.isEmpty() || wider.equals(narrower)) {
      return true;
    }
    if (narrower.isEmpty()) {
      return false;
    }
    LabelSelector wide = compilation.peers().get(wider).selector();
    LabelSelector narrow = compilation.peers().get(narrower).selector();
    return narrow.requirements().containsAll(wide.requirements());
  }
}
