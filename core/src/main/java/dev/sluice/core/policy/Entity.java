package dev.sluice.core.policy;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.label.Label;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A named group of identities that a policy may give as a peer. */
public enum Entity {
  /** Every identity, known or not. */
  ALL,
  /** Outside the cluster, and so every prefix and name outside it. */
  WORLD(ReservedIdentity.WORLD),
  /** Nodes and every pod of the cluster. */
  CLUSTER(
      ReservedIdentity.HOST,
      ReservedIdentity.REMOTE_NODE,
      ReservedIdentity.INIT,
      ReservedIdentity.INGRESS,
      ReservedIdentity.HEALTH,
      ReservedIdentity.UNMANAGED,
      ReservedIdentity.KUBE_APISERVER),
  /** The cluster and every other one that is joined to it; there is none. */
  CLUSTER_MESH(
      ReservedIdentity.HOST,
      ReservedIdentity.REMOTE_NODE,
      ReservedIdentity.INIT,
      ReservedIdentity.INGRESS,
      ReservedIdentity.HEALTH,
      ReservedIdentity.UNMANAGED,
      ReservedIdentity.KUBE_APISERVER),
  /** The node of the endpoint itself. */
  HOST(ReservedIdentity.HOST),
  /** The other nodes of the cluster. */
  REMOTE_NODE(ReservedIdentity.REMOTE_NODE),
  HEALTH(ReservedIdentity.HEALTH),
  INIT(ReservedIdentity.INIT),
  UNMANAGED(ReservedIdentity.UNMANAGED),
  /** What enters the cluster through an Ingress or Gateway. */
  INGRESS(ReservedIdentity.INGRESS),
  /** The API server, wherever its addresses are. */
  KUBE_APISERVER(ReservedIdentity.KUBE_APISERVER),
  /** Nobody. */
  NONE;

  private final List<LabelSelector> selectors;

  Entity(ReservedIdentity... members) {
    Stream<LabelSelector> reserved =
        Arrays.stream(members)
            .map(member -> LabelSelector.of(Requirement.exists(Label.RESERVED, member.text())));
    Stream<LabelSelector> pods =
        members.length > 1
            ? Stream.of(
                LabelSelector.of(Requirement.exists(Label.K8S, LabelSelector.POD_NAMESPACE)))
            : Stream.empty();
    this.selectors = Stream.concat(reserved, pods).toList();
  }

  /** The word that policies use: {@code remote-node}. */
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** Selectors whose union it is; for ALL, which has none, the peer is any. */
  public List<LabelSelector> selectors() {
    return selectors;
  }

  public static Optional<Entity> of(String text) {
    return Arrays.stream(values()).filter(entity -> entity.text().equals(text)).findFirst();
  }
}
