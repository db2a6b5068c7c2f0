package dev.sluice.core.compile;

import dev.sluice.core.policy.LabelSelector;
import java.util.List;

/**
 * One of a policy's rules, compiled as far as it can be without knowing whom it selects. Parts are
 * ordered by policy and place in it.
 *
 * @param policy {@code kind/namespace/name}
 * @param index place among the policy's rules
 * @param audited whether the policy only tells what it would deny
 */
record PolicyPart(
    String policy, int index, boolean audited, LabelSelector subject, Side ingress, Side egress)
    implements Comparable<PolicyPart> {

  /** What a part adds to one direction. */
  record Side(boolean defaultDeny, List<Contribution> rules) {}

  /**
   * A rule and where it was written.
   *
   * @param origin {@code kind/namespace/name#path}
   */
  record Contribution(RuleKey rule, String origin) {}

  @Override
  public int compareTo(PolicyPart other) {
    int byPolicy = policy.compareTo(other.policy);
    return byPolicy != 0 ? byPolicy : Integer.compare(index, other.index);
  }
}
