package dev.sluice.core.compile;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.Entity;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.Peers;
import java.util.List;

/**
 * Who answers the cluster's questions for names: the backends of the Service that Kubernetes calls
 * so everywhere. Nobody is known where there is no such Service, or it has no backend that has an
 * identity. Nodes are taken for DNS too, for caches listen there. Not thread safe; one compilation
 * owns it.
 */
final class ClusterDns {
  /** {@code namespace/name}. */
  static final String SERVICE = "kube-system/kube-dns";

  private static final List<LabelSet> NODES =
      List.of(ReservedIdentity.HOST.labels(), ReservedIdentity.REMOTE_NODE.labels());

  private final PeerSelectors selectors;
  private final KnownServices services;
  private final IdentityIndex identities;
  private List<LabelSelector> backends = List.of();
  private List<LabelSet> servers = List.of();

  ClusterDns(PeerSelectors selectors, KnownServices services, IdentityIndex identities) {
    this.selectors = selectors;
    this.services = services;
    this.identities = identities;
  }

  /**
   * The Service changed.
   *
   * @return whether there may be something else to tell
   */
  boolean serviceChanged() {
    backends = selectors.of(new Peer.Service("", "kube-system", "kube-dns"));
    return lookAgain() || !servers.isEmpty();
  }

  /**
   * An identity is there, or is there no longer.
   *
   * @return whether there may be something else to tell
   */
  boolean identityChanged(LabelSet labels) {
    return backends.stream().anyMatch(one -> one.matches(labels)) && lookAgain();
  }

  private boolean lookAgain() {
    List<LabelSet> now =
        backends.stream()
            .flatMap(one -> identities.select(one).stream())
            .map(identities::labels)
            .toList();
    boolean changed = !now.equals(servers);
    servers = now;
    return changed;
  }

  /** Whether any of the peers is the cluster's DNS; anybody is where nobody is known. */
  boolean isReached(Peers peers) {
    return servers.isEmpty()
        || switch (peers) {
          case Peers.Any unused -> true;
          case Peers.AnyOf(List<Peer> members) -> members.stream().anyMatch(this::isReached);
        };
  }

  private boolean isReached(Peer peer) {
    if (peer instanceof Peer.Named named && named.entity() == Entity.ALL) {
      return true;
    }
    for (LabelSelector selector : selectors.of(peer)) {
      if (servers.stream().anyMatch(selector::matches)
          || NODES.stream().anyMatch(selector::matches)) {
        return true;
      }
    }
    return false;
  }

  /** What to say, after whose pods it is, of a rule for port 53 that does not reach it. */
  String missed(Peers peers) {
    List<Peer> members = peers instanceof Peers.AnyOf(List<Peer> some) ? some : List.of();
    return services.get(SERVICE).stream()
        .flatMap(service -> service.clusterIps().stream())
        .filter(address -> members.stream().anyMatch(peer -> isIn(address, peer)))
        .findFirst()
        .map(
            address ->
                " may ask %s on port 53, which is the address of Service %s, and policy sees its pods"
                    .formatted(address, SERVICE))
        .orElse(" may ask others on port 53, but not the cluster's DNS (Service " + SERVICE + ")");
  }

  private static boolean isIn(IpAddress address, Peer peer) {
    return peer instanceof Peer.Cidr cidr && cidr.prefix().contains(address);
  }
}
