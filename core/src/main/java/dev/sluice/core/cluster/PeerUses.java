package dev.sluice.core.cluster;

import dev.sluice.core.cluster.PrefixBook.Mark;
import dev.sluice.core.label.Label;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.PeerLabels;
import dev.sluice.core.policy.PolicyUses;
import dev.sluice.core.policy.TrafficRule.Reach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who uses which prefixes: policies those that they name, groups and Services those that they list
 * as long as a policy means them, and the API server its own. A change costs what it names; a
 * policy that selects groups or Services by label costs those.
 */
final class PeerUses {
  /** A prefix and one use of it. */
  private record Use(Prefix prefix, Mark mark) {}

  private final PrefixBook book;
  private final TreeMap<ObjectKey, PolicyUses> policies = new TreeMap<>();
  private final TreeMap<String, CidrGroup> groups = new TreeMap<>();
  private final ServiceAddresses services = new ServiceAddresses();
  private final Map<String, Set<Use>> uses = new HashMap<>();
  private final Map<String, Integer> groupNames = new HashMap<>();
  private final TreeMap<LabelSelector, Integer> groupSelectors = new TreeMap<>();
  private final Map<String, Integer> serviceNames = new HashMap<>();
  private final Map<PolicyUses.ServiceSelector, Integer> serviceSelectors = new HashMap<>();
  private final TreeSet<Prefix> touched = new TreeSet<>();
  private final TreeSet<Prefix> touchedForEveryone = new TreeSet<>();

  PeerUses(PrefixBook book) {
    this.book = book;
  }

  /** Those whose uses have changed since the last call, sorted. */
  Set<Prefix> takeTouched() {
    Set<Prefix> taken = new TreeSet<>(touched);
    touched.clear();
    return taken;
  }

  /** Those of them that pods and nodes get labels of, or did. */
  Set<Prefix> takeTouchedForEveryone() {
    Set<Prefix> taken = new TreeSet<>(touchedForEveryone);
    touchedForEveryone.clear();
    return taken;
  }

  ServiceAddresses services() {
    return services;
  }

  /** Sets what a policy uses; {@link PolicyUses#NOTHING} when it goes. */
  void policy(ObjectKey key, PolicyUses now) {
    PolicyUses before = policies.getOrDefault(key, PolicyUses.NOTHING);
    if (now.equals(before)) {
      return;
    }
    if (now.isEmpty()) {
      policies.remove(key);
    } else {
      policies.put(key, now);
    }
    count(before, -1);
    count(now, 1);
    Set<Use> named = new HashSet<>();
    now.prefixes().forEach((p, reach) -> named.add(new Use(p, new Mark.Named(reach))));
    replace(key.toString(), named);
    groupsOf(before, now).forEach(this::refreshGroup);
    servicesOf(before, now).forEach(this::service);
  }

  private void count(PolicyUses policy, int more) {
    policy.groups().forEach(name -> count(groupNames, name, more));
    policy.groupSelectors().forEach(selector -> count(groupSelectors, selector, more));
    policy.services().forEach(name -> count(serviceNames, name, more));
    policy.serviceSelectors().forEach(selector -> count(serviceSelectors, selector, more));
  }

  private static <K> void count(Map<K, Integer> counts, K key, int more) {
    counts.merge(key, more, Integer::sum);
    counts.remove(key, 0);
  }

  private Set<String> groupsOf(PolicyUses before, PolicyUses now) {
    Set<String> names = new TreeSet<>(before.groups());
    names.addAll(now.groups());
    if (!before.groupSelectors().equals(now.groupSelectors())) {
      names.addAll(groups.keySet());
    }
    return names;
  }

  private Set<String> servicesOf(PolicyUses before, PolicyUses now) {
    Set<String> names = new TreeSet<>(before.services());
    names.addAll(now.services());
    if (!before.serviceSelectors().equals(now.serviceSelectors())) {
      names.addAll(services.names());
    }
    return names;
  }

  void group(CidrGroup group) {
    groups.put(group.name(), group);
    refreshGroup(group.name());
  }

  void groupGone(String name) {
    groups.remove(name);
    refreshGroup(name);
  }

  /** By name. */
  List<CidrGroup> groups() {
    return List.copyOf(groups.values());
  }

  private void refreshGroup(String name) {
    CidrGroup group = groups.get(name);
    Set<Use> used = new HashSet<>();
    if (group != null) {
      List<Label> labels = new ArrayList<>();
      if (groupNames.containsKey(name)) {
        labels.add(PeerLabels.group(name));
      }
      for (LabelSelector selector : groupSelectors.keySet()) {
        if (selector.matches(group.labels())) {
          labels.add(PeerLabels.groups(selector));
        }
      }
      group.prefixes().forEach(prefix -> labels.forEach(label -> label(used, prefix, label)));
    }
    replace("group " + name, used);
  }

  /** A Service or its addresses changed, by {@code namespace/name}. */
  void service(String name) {
    Set<Use> used = new HashSet<>();
    if (isMeant(name)) {
      Label label = PeerLabels.service(services.namespace(name), services.name(name));
      services.addresses(name).forEach(address -> label(used, address, label));
    }
    replace("service " + name, used);
    if (name.equals(ServiceAddresses.API_SERVER)) {
      Set<Use> own = new HashSet<>();
      Label label = ReservedIdentity.KUBE_APISERVER.labels().labels().getFirst();
      services.addresses(name).forEach(address -> label(own, address, label));
      replace("api server", own);
    }
  }

  private boolean isMeant(String name) {
    return services.listsItself(name)
        && (serviceNames.containsKey(name)
            || serviceSelectors.keySet().stream().anyMatch(s -> services.isMeant(name, s)));
  }

  private static void label(Set<Use> uses, Prefix prefix, Label label) {
    uses.add(new Use(prefix, new Mark.Named(Reach.WORLD)));
    uses.add(new Use(prefix, new Mark.Labelled(label)));
  }

  private void replace(String user, Set<Use> now) {
    Set<Use> before = now.isEmpty() ? uses.remove(user) : uses.put(user, now);
    for (Use use : now) {
      if (before == null || !before.contains(use)) {
        book.add(use.prefix, use.mark);
        touch(use);
      }
    }
    if (before != null) {
      for (Use use : before) {
        if (!now.contains(use)) {
          book.remove(use.prefix, use.mark);
          touch(use);
        }
      }
    }
  }

  private void touch(Use use) {
    touched.add(use.prefix);
    if (use.mark.equals(new Mark.Named(Reach.EVERYONE))) {
      touchedForEveryone.add(use.prefix);
    }
  }
}
