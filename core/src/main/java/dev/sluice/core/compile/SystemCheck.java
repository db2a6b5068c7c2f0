package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.policy.TrafficRule;
import java.util.List;

/** Policies that would deny something to pods of Sluice itself, and cannot deny them everything. */
final class SystemCheck implements PolicyCheck {
  private final Compilation compilation;

  SystemCheck(Compilation compilation) {
    this.compilation = compilation;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    String namespace = compilation.settings().systemNamespace();
    if (namespace.isEmpty() || policy.audit()) {
      return;
    }
    List<LabelSet> system =
        compilation
            .identities()
            .select(
                LabelSelector.of(
                    Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of(namespace))))
            .stream()
            .filter(compilation::inUse)
            .map(compilation.identities()::labels)
            .toList();
    for (PolicyRule rule : policy.rules()) {
      boolean denies = denies(rule.ingress()) || denies(rule.egress());
      if (denies && system.stream().anyMatch(rule.subject()::matches)) {
        told.add(
            PolicyCheck.note(
                PolicyWarnings.SYSTEM_PODS,
                rule.path(),
                "selects pods of Sluice in "
                    + namespace
                    + ": what they need (each other, the API server, DNS, systemPeers of"
                    + " SluiceSettings cluster) passes all the same"));
      }
    }
  }

  private static boolean denies(PolicyRule.Direction direction) {
    return direction.defaultDeny()
        || direction.rules().stream().anyMatch(rule -> rule.action() == TrafficRule.Action.DENY);
  }
}
