package dev.sluice.core.oracle;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Entity;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whom a peer of a rule means. One method a sentence.
 *
 * <p>Sources: reference of Cilium's language, pkg/policy/api; the Kubernetes API text for objects
 * of networking.k8s.io and policy.networking.k8s.io.
 */
final class PeerSentences {
  private static final String GROUP = "cidrgroup";
  private static final String GROUP_NAME = "io.cilium.policy.cidrgroupname/";

  private final World world;

  PeerSentences(World world) {
    this.world = world;
  }

  boolean means(Peer peer, Someone who) {
    return switch (peer) {
      case Peer.Endpoints one -> endpoints(one, who);
      case Peer.Named one -> entity(one.entity(), who);
      case Peer.Cidr one -> cidr(one, who);
      case Peer.CidrGroup one -> group(one, who);
      case Peer.CidrGroups one -> groups(one, who);
      case Peer.Fqdn one -> fqdn(one, who);
      case Peer.Service one -> service(one, who);
      case Peer.Services one -> services(one, who);
    };
  }

  /** 1. A label selector means whoever has labels that it selects. */
  private boolean endpoints(Peer.Endpoints peer, Someone who) {
    return peer.selector().matches(who.labels());
  }

  /**
   * 2. {@code all} is everyone, {@code none} nobody; {@code cluster} and {@code cluster-mesh} are
   * every pod, node and address of the cluster and the API server wherever it is; each other entity
   * is whoever has the reserved label of that name.
   */
  private boolean entity(Entity entity, Someone who) {
    return switch (entity) {
      case ALL -> true;
      case NONE -> false;
      case CLUSTER, CLUSTER_MESH ->
          who.kind() != Someone.Kind.WORLD || who.isReserved("kube-apiserver");
      default -> who.isReserved(entity.text());
    };
  }

  /**
   * 3. A prefix means the addresses in it, but for those in its exceptions; in Cilium's objects
   * those outside the cluster alone.
   */
  private boolean cidr(Peer.Cidr peer, Someone who) {
    return (peer.reach() == Reach.EVERYONE || isOutside(who))
        && who.isIn(peer.prefix())
        && !who.isIn(peer.except());
  }

  /**
   * 4. A CIDR group means addresses outside the cluster in any of its prefixes, but for exceptions.
   */
  private boolean group(Peer.CidrGroup peer, Someone who) {
    return isOutside(who)
        && !who.isIn(peer.except())
        && world.groups().stream()
            .anyMatch(one -> one.name().equals(peer.group()) && who.isIn(one.prefixes()));
  }

  /** 5. A selector of CIDR groups means the same of every group whose own labels it selects. */
  private boolean groups(Peer.CidrGroups peer, Someone who) {
    return isOutside(who)
        && !who.isIn(peer.except())
        && world.groups().stream()
            .anyMatch(one -> peer.selector().matches(labels(one)) && who.isIn(one.prefixes()));
  }

  private static LabelSet labels(World.CidrGroup group) {
    List<Label> labels = new ArrayList<>();
    group.labels().forEach((key, value) -> labels.add(new Label(GROUP, key, value)));
    labels.add(new Label(GROUP, GROUP_NAME + group.name(), ""));
    return LabelSet.of(labels);
  }

  /** 6. A DNS name means the addresses outside the cluster that DNS gave for a name it matches. */
  private boolean fqdn(Peer.Fqdn peer, Someone who) {
    return isOutside(who)
        && world.learnt().stream()
            .anyMatch(
                one ->
                    who.addresses().contains(one.address()) && peer.selector().matches(one.name()));
  }

  /** 7. A Service means its backends. */
  private boolean service(Peer.Service peer, Someone who) {
    return world.services().stream()
        .anyMatch(
            one ->
                one.namespace().equals(peer.namespace())
                    && one.name().equals(peer.name())
                    && isBackend(one, who));
  }

  /**
   * 8. A selector of Services means the backends of every Service that it selects, in the namespace
   * if one is named.
   */
  private boolean services(Peer.Services peer, Someone who) {
    return world.services().stream()
        .anyMatch(
            one ->
                (peer.namespace().isEmpty() || one.namespace().equals(peer.namespace()))
                    && peer.selector().matches(k8s(one.labels()))
                    && isBackend(one, who));
  }

  /**
   * 9. The backends of a Service with a selector are the pods of its namespace that have all its
   * labels; of one without, the addresses outside the cluster among its endpoints.
   */
  private boolean isBackend(World.Service service, Someone who) {
    if (service.selector().isEmpty()) {
      return isOutside(who) && service.endpoints().stream().anyMatch(who.addresses()::contains);
    }
    return who.kind() == Someone.Kind.POD
        && who.pod().namespace().equals(service.namespace())
        && service.selector().entrySet().stream()
            .allMatch(
                wanted ->
                    who.labels()
                        .value(Label.K8S, wanted.getKey())
                        .filter(wanted.getValue()::equals)
                        .isPresent());
  }

  private static LabelSet k8s(Map<String, String> labels) {
    return LabelSet.of(
        labels.entrySet().stream().map(e -> Label.k8s(e.getKey(), e.getValue())).toList());
  }

  private static boolean isOutside(Someone who) {
    return who.kind() == Someone.Kind.WORLD;
  }
}
