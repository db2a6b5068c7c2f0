package dev.sluice.core.compile;

import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyKind;
import dev.sluice.core.policy.PolicyRule;
import java.util.List;

/**
 * Something worth telling about a policy that is enforced as written. It changes nothing, and tells
 * the same of the same world: whatever it iterates over is sorted. What is told appears and goes
 * with the world; a hint in it (the nearest label, say) is as of when it was raised.
 */
interface PolicyCheck {
  /** Adds what there is to tell now. */
  void check(Policy policy, List<Finding> told);

  /** Path of the field that says whom a rule object is for. */
  static String subjectPath(Policy policy, PolicyRule rule) {
    String field =
        PolicyKind.of(policy.key().kind()).map(PolicyKind::subjectField).orElse("endpointSelector");
    return rule.path() + "." + field;
  }

  static Finding warning(String code, String path, String message) {
    return new Finding(Finding.Severity.WARNING, code, path, message);
  }

  static Finding note(String code, String path, String message) {
    return new Finding(Finding.Severity.NOTE, code, path, message);
  }
}
