package dev.sluice.core.compile;

import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.List;
import java.util.stream.Stream;

/** Rules that allow nothing, because nodes of this version cannot look into what they ask for. */
final class MechanismCheck implements PolicyCheck {
  @Override
  public void check(Policy policy, List<Finding> told) {
    for (PolicyRule rule : policy.rules()) {
      Stream.concat(rule.ingress().rules().stream(), rule.egress().rules().stream())
          .forEach(traffic -> check(traffic, told));
    }
  }

  private static void check(TrafficRule rule, List<Finding> told) {
    for (TrafficRule.PortRule port : rule.ports()) {
      String what = missing(port);
      if (!what.isEmpty()) {
        told.add(
            PolicyCheck.warning(
                PolicyWarnings.L7_NOT_ENFORCED,
                port.path(),
                "no node looks into "
                    + what
                    + " yet, so that the rule allows nothing: take the conditions out if the port"
                    + " alone is enough"));
      }
    }
  }

  /** What nodes cannot look into; empty when they can, or need not. */
  private static String missing(TrafficRule.PortRule port) {
    return switch (port.l7()) {
      case L7Rules.None unused -> "";
      case L7Rules.Http unused -> "HTTP requests";
      case L7Rules.Dns unused -> "";
      case L7Rules.Kafka unused -> "Kafka requests";
      case L7Rules.ServerNames unused -> "TLS server names";
    };
  }
}
