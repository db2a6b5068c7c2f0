package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.PeerLabels;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.Reach;
import java.util.ArrayList;
import java.util.List;

/**
 * The label selectors whose union one peer of a rule is. Prefixes, groups, names and Services
 * become labels that identity-stream gives to whoever is meant, so that a policy is compiled once
 * and members come and go.
 */
final class PeerSelectors {
  /** Every pod: what a named port of any peer means. */
  static final LabelSelector PODS =
      LabelSelector.of(Requirement.exists(Label.K8S, LabelSelector.POD_NAMESPACE));

  private static final Requirement WORLD = Requirement.exists(Label.RESERVED, "world");

  private final ServiceBackends services;

  PeerSelectors(ServiceBackends services) {
    this.services = services;
  }

  /** Empty for nobody. The entity ALL, which no selector is, has none either. */
  List<LabelSelector> of(Peer peer) {
    return switch (peer) {
      case Peer.Endpoints endpoints -> List.of(endpoints.selector());
      case Peer.Named named -> named.entity().selectors();
      case Peer.Cidr cidr ->
          List.of(labelled(PeerLabels.cidr(cidr.prefix()), cidr.except(), cidr.reach()));
      case Peer.CidrGroup group ->
          List.of(labelled(PeerLabels.group(group.group()), group.except(), Reach.WORLD));
      case Peer.CidrGroups groups ->
          List.of(labelled(PeerLabels.groups(groups.selector()), groups.except(), Reach.WORLD));
      case Peer.Fqdn fqdn -> List.of(outside(PeerLabels.fqdn(fqdn.selector())));
      case Peer.Service service -> services.of(service.namespace(), service.name());
      case Peer.Services several -> services.of(several.namespace(), several.selector());
    };
  }

  private static LabelSelector labelled(Label label, List<Prefix> except, Reach reach) {
    List<Requirement> all = new ArrayList<>();
    all.add(has(label));
    except.forEach(prefix -> all.add(hasNot(PeerLabels.cidr(prefix))));
    if (reach == Reach.WORLD) {
      all.add(WORLD);
    }
    return LabelSelector.of(all);
  }

  /** Whoever outside the cluster has the label. */
  static LabelSelector outside(Label label) {
    return labelled(label, List.of(), Reach.WORLD);
  }

  private static Requirement has(Label label) {
    return Requirement.exists(label.source(), label.key());
  }

  private static Requirement hasNot(Label label) {
    return new Requirement(
        label.source(), label.key(), Requirement.Operator.DOES_NOT_EXIST, List.of());
  }
}
