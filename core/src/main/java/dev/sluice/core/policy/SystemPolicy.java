package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.PortRule;
import dev.sluice.core.policy.TrafficRule.Ports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the settings allow Sluice's own pods before any tier is asked:
 *
 * <ol>
 *   <li>each other, in both directions, on every port;
 *   <li>the API server, on every TCP port;
 *   <li>the cluster's DNS: pods with {@code k8s-app=kube-dns} in kube-system, and nodes, on port
 *       53;
 *   <li>the peers that the settings name.
 * </ol>
 *
 * It denies nothing and switches no default deny on.
 */
public final class SystemPolicy {
  private static final String NAMESPACE_PATH = "spec.systemNamespace";
  private static final int DNS = 53;

  private SystemPolicy() {}

  /** The rules as a policy of the settings' object; empty where no pods of Sluice run. */
  public static Optional<Policy> of(ClusterSettings settings) {
    if (settings.systemNamespace().isEmpty()) {
      return Optional.empty();
    }
    LabelSelector system = pods(settings.systemNamespace());
    Peer each = new Peer.Endpoints(NAMESPACE_PATH, system);
    List<TrafficRule> egress = new ArrayList<>();
    egress.add(allow(NAMESPACE_PATH, List.of(each), List.of()));
    egress.add(
        allow(
            NAMESPACE_PATH,
            List.of(new Peer.Named(NAMESPACE_PATH, Entity.KUBE_APISERVER)),
            List.of(port(NAMESPACE_PATH, PortProtocol.TCP, Ports.Range.EVERY))));
    egress.add(allow(NAMESPACE_PATH, resolvers(), dns()));
    for (int i = 0; i < settings.systemPeers().size(); i++) {
      egress.add(peer(settings.systemPeers().get(i), Reading.at("spec.systemPeers", i)));
    }
    PolicyRule rule =
        new PolicyRule(
            "spec",
            system,
            "",
            List.of(),
            "",
            new PolicyRule.Direction(
                false, List.of(allow(NAMESPACE_PATH, List.of(each), List.of()))),
            new PolicyRule.Direction(false, List.copyOf(egress)));
    return Optional.of(new Policy(ClusterSettings.KEY, List.of(rule), false));
  }

  private static LabelSelector pods(String namespace) {
    return LabelSelector.of(
        Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of(namespace)));
  }

  private static List<Peer> resolvers() {
    LabelSelector kubeDns =
        LabelSelector.of(
            Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of("kube-system")),
            Requirement.in(Label.K8S, "k8s-app", List.of("kube-dns")));
    return List.of(
        new Peer.Endpoints(NAMESPACE_PATH, kubeDns),
        new Peer.Named(NAMESPACE_PATH, Entity.HOST),
        new Peer.Named(NAMESPACE_PATH, Entity.REMOTE_NODE));
  }

  private static List<PortRule> dns() {
    Ports.Range port = new Ports.Range(DNS, DNS);
    return List.of(
        port(NAMESPACE_PATH, PortProtocol.UDP, port), port(NAMESPACE_PATH, PortProtocol.TCP, port));
  }

  private static TrafficRule peer(SystemPeer peer, String path) {
    Ports.Range ports =
        peer.port() == 0 ? Ports.Range.EVERY : new Ports.Range(peer.port(), peer.port());
    return allow(
        path,
        List.of(new Peer.Cidr(path, peer.prefix(), List.of(), TrafficRule.Reach.EVERYONE)),
        List.of(port(path, PortProtocol.TCP, ports)));
  }

  private static PortRule port(String path, PortProtocol protocol, Ports.Range ports) {
    return new PortRule(path, protocol, ports, L7Rules.NONE);
  }

  private static TrafficRule allow(String path, List<Peer> peers, List<PortRule> ports) {
    return new TrafficRule(
        path,
        TrafficRule.Action.ALLOW,
        TrafficRule.Tier.SYSTEM,
        0,
        new TrafficRule.Peers.AnyOf(peers),
        ports);
  }
}
