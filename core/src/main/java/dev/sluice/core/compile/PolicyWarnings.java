package dev.sluice.core.compile;

import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is worth telling about a policy that is enforced as written: every check, one after the
 * other. The codes are stable; docs/diagnostics.md explains each.
 */
final class PolicyWarnings {
  static final String SELECTS_NOTHING = "selects-nothing";
  static final String PEER_MATCHES_NOTHING = "peer-matches-nothing";
  static final String NO_NAMESPACE = "no-such-namespace";
  static final String NO_SERVICE = "no-such-service";
  static final String NO_GROUP = "no-such-group";
  static final String SPLIT_WORKLOAD = "split-workload";
  static final String FQDN_WITHOUT_DNS = "fqdn-without-dns";
  static final String PATTERN_WITHOUT_APEX = "pattern-without-apex";
  static final String SERVICE_PORT = "service-port";
  static final String ALLOW_UNREACHABLE = "allow-unreachable";
  static final String CUTS_ALL = "cuts-all-traffic";
  static final String L7_NOT_ENFORCED = "l7-not-enforced";

  static final String SYSTEM_PODS = "system-pods";

  static final Set<String> CODES =
      Set.of(
          SELECTS_NOTHING,
          PEER_MATCHES_NOTHING,
          NO_NAMESPACE,
          NO_SERVICE,
          NO_GROUP,
          SPLIT_WORKLOAD,
          FQDN_WITHOUT_DNS,
          PATTERN_WITHOUT_APEX,
          SERVICE_PORT,
          ALLOW_UNREACHABLE,
          CUTS_ALL,
          RoomCheck.NEARLY_FULL,
          RoomCheck.OUTGROWN,
          L7_NOT_ENFORCED,
          SYSTEM_PODS);

  /** Of these, the ones that only say something where there are pods. */
  static final Set<String> NEED_PODS =
      Set.of(SELECTS_NOTHING, PEER_MATCHES_NOTHING, NO_NAMESPACE, NO_SERVICE, NO_GROUP);

  private final List<PolicyCheck> checks;

  PolicyWarnings(Compilation compilation) {
    this.checks =
        Stream.of(
                List.of(
                    new SelectorCheck(compilation),
                    new ObjectPeerCheck(compilation, compilation.selectors())),
                compilation.checks().all(),
                List.of(new MechanismCheck(), new SystemCheck(compilation)))
            .flatMap(List::stream)
            .toList();
  }

  List<Finding> of(Policy policy) {
    List<Finding> told = new ArrayList<>();
    if (policy.key().equals(ClusterSettings.KEY)) {
      return told; // nobody wrote it as a policy
    }
    checks.forEach(check -> check.check(policy, told));
    return told;
  }
}
