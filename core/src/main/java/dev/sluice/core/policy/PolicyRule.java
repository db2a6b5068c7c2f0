package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import java.util.List;

/**
 * Rules for the endpoints that one selector selects.
 *
 * @param path {@code spec} or {@code specs[0]}
 * @param subject whom the rules are for
 * @param description free text; empty for none
 * @param labels the author's own labels of the rule, sorted; they take no part in a verdict
 * @param log text that flows of this rule carry; empty for none
 * @param ingress what may come in
 * @param egress what may go out
 */
public record PolicyRule(
    String path,
    LabelSelector subject,
    String description,
    List<Label> labels,
    String log,
    Direction ingress,
    Direction egress) {

  /**
   * One direction of a rule.
   *
   * @param defaultDeny whether it drops what no rule of any policy allows
   * @param rules additive; their order means nothing
   */
  public record Direction(boolean defaultDeny, List<TrafficRule> rules) {
    /** A direction that the policy does not mention. */
    public static final Direction OPEN = new Direction(false, List.of());

    /** Whether it has no effect on any packet. */
    public boolean isOpen() {
      return !defaultDeny && rules.isEmpty();
    }
  }
}
