package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.List;

/**
 * One policy object as the language sees it, after defaults and namespace scoping: nothing in it
 * depends on the kind of object that it was written as.
 *
 * @param key the object
 * @param rules one for {@code spec}, then one for each of {@code specs}
 * @param audit whether it only tells what it would deny: it allows nothing and denies nothing, and
 *     traffic that passes though this policy would have denied it gets the verdict AUDIT
 */
public record Policy(ObjectKey key, List<PolicyRule> rules, boolean audit) {
  /**
   * Annotation of a policy or of a pod: {@code Enabled} makes the policy, or all policies of the
   * pod, tell what they would deny instead of denying it.
   */
  public static final String AUDIT_ANNOTATION = "sluice.dev/policy-audit-mode";
}
