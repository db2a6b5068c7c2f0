package dev.sluice.core.policy;

import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.Reach;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a policy's peers name beyond labels: it makes identities of prefixes, and splits those of
 * pods.
 *
 * @param prefixes exceptions included; where both reaches are used, EVERYONE
 * @param groups names of CiliumCIDRGroups
 * @param groupSelectors of CiliumCIDRGroups, by their labels
 * @param services {@code namespace/name}
 * @param serviceSelectors Services by their labels
 */
public record PolicyUses(
    SortedMap<Prefix, Reach> prefixes,
    SortedSet<String> groups,
    SortedSet<LabelSelector> groupSelectors,
    SortedSet<String> services,
    Set<ServiceSelector> serviceSelectors) {
  /** Of a policy that is not there. */
  public static final PolicyUses NOTHING =
      new PolicyUses(new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), Set.of());

  /**
   * Services by their labels.
   *
   * @param namespace empty for every namespace
   */
  public record ServiceSelector(String namespace, LabelSelector selector) {}

  public static PolicyUses of(Policy policy) {
    TreeMap<Prefix, Reach> prefixes = new TreeMap<>();
    TreeSet<String> groups = new TreeSet<>();
    TreeSet<LabelSelector> groupSelectors = new TreeSet<>();
    TreeSet<String> services = new TreeSet<>();
    Set<ServiceSelector> serviceSelectors = new LinkedHashSet<>();
    for (Peer peer : peers(policy)) {
      switch (peer) {
        case Peer.Cidr cidr -> {
          use(prefixes, List.of(cidr.prefix()), cidr.reach());
          use(prefixes, cidr.except(), cidr.reach());
        }
        case Peer.CidrGroup group -> {
          groups.add(group.group());
          use(prefixes, group.except(), Reach.WORLD);
        }
        case Peer.CidrGroups several -> {
          groupSelectors.add(several.selector());
          use(prefixes, several.except(), Reach.WORLD);
        }
        case Peer.Service service -> services.add(service.namespace() + "/" + service.name());
        case Peer.Services several ->
            serviceSelectors.add(new ServiceSelector(several.namespace(), several.selector()));
        case Peer.Endpoints unused -> {}
        case Peer.Named unused -> {}
        case Peer.Fqdn unused -> {}
      }
    }
    return new PolicyUses(prefixes, groups, groupSelectors, services, serviceSelectors);
  }

  private static void use(TreeMap<Prefix, Reach> prefixes, List<Prefix> more, Reach reach) {
    more.forEach(prefix -> prefixes.merge(prefix, reach, (a, b) -> a.compareTo(b) > 0 ? a : b));
  }

  private static List<Peer> peers(Policy policy) {
    Function<PolicyRule, Stream<TrafficRule>> rules =
        rule -> Stream.concat(rule.ingress().rules().stream(), rule.egress().rules().stream());
    return policy.rules().stream()
        .flatMap(rules)
        .map(TrafficRule::peers)
        .filter(TrafficRule.Peers.AnyOf.class::isInstance)
        .flatMap(any -> ((TrafficRule.Peers.AnyOf) any).peers().stream())
        .toList();
  }

  /** What either of two versions names. */
  public PolicyUses and(PolicyUses other) {
    if (other.isEmpty() || equals(other)) {
      return this;
    }
    TreeMap<Prefix, Reach> both = new TreeMap<>(prefixes);
    other.prefixes.forEach((prefix, reach) -> use(both, List.of(prefix), reach));
    return new PolicyUses(
        both,
        union(groups, other.groups),
        union(groupSelectors, other.groupSelectors),
        union(services, other.services),
        Stream.concat(serviceSelectors.stream(), other.serviceSelectors.stream())
            .collect(Collectors.toCollection(LinkedHashSet::new)));
  }

  private static <T> SortedSet<T> union(SortedSet<T> one, SortedSet<T> other) {
    SortedSet<T> both = new TreeSet<>(one);
    both.addAll(other);
    return both;
  }

  /** Whether it names anything. */
  public boolean isEmpty() {
    return equals(NOTHING);
  }
}
