package dev.sluice.core.compile;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.List;

/**
 * The verdict by the book: reads parsed policies as a person would, knows no index, no number and
 * no compiled rule.
 *
 * <ol>
 *   <li>A rule counts for an endpoint that its subject selects.
 *   <li>A direction that no such rule denies by default is open.
 *   <li>Otherwise traffic passes when one of them allows this peer on this port.
 * </ol>
 */
final class VerdictOracle {
  private VerdictOracle() {}

  /**
   * @param protocol IP protocol number; one that has no ports comes with port 0
   */
  static boolean allows(
      List<Policy> policies,
      LabelSet subject,
      boolean ingress,
      LabelSet peer,
      int protocol,
      int port) {
    boolean enforced = false;
    boolean allowed = false;
    for (Policy policy : policies) {
      for (PolicyRule rule : policy.rules()) {
        if (!rule.subject().matches(subject)) {
          continue;
        }
        PolicyRule.Direction direction = ingress ? rule.ingress() : rule.egress();
        enforced |= direction.defaultDeny();
        for (TrafficRule traffic : direction.rules()) {
          allowed |= isPeer(traffic.peers(), peer) && isPort(traffic.ports(), protocol, port);
        }
      }
    }
    return !enforced || allowed;
  }

  private static boolean isPeer(TrafficRule.Peers peers, LabelSet labels) {
    return switch (peers) {
      case TrafficRule.Peers.Any any -> true;
      case TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> members) ->
          members.stream().anyMatch(member -> isPeer(member, labels));
    };
  }

  private static boolean isPeer(TrafficRule.Peer peer, LabelSet labels) {
    return switch (peer) {
      case TrafficRule.Peer.Endpoints endpoints -> endpoints.selector().matches(labels);
      case TrafficRule.Peer.Named named ->
          switch (named.entity()) {
            case ALL -> true;
            case NONE -> false;
            case CLUSTER, CLUSTER_MESH -> !labels.canonical().equals("reserved:world;");
            case WORLD, HOST, REMOTE_NODE, HEALTH, INIT, UNMANAGED, INGRESS, KUBE_APISERVER ->
                labels.canonical().equals("reserved:" + named.entity().text() + ";");
          };
      case TrafficRule.Peer.Fqdn unused -> false; // nobody here has a name
      default -> throw new IllegalStateException("not generated here: " + peer);
    };
  }

  private static boolean isPort(List<TrafficRule.PortRule> ports, int protocol, int port) {
    return ports.isEmpty()
        || ports.stream()
            .anyMatch(
                rule ->
                    rule.protocol().numbers().contains(protocol)
                        && rule.ports() instanceof TrafficRule.Ports.Range(int first, int last)
                        && first <= port
                        && port <= last);
  }
}
