package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The live identities, found by their labels: which of them a selector selects costs as much as the
 * smallest set that one of its conditions leaves. The reserved identities are always there. Not
 * thread safe; one fold owns it.
 */
final class IdentityIndex {
  /** First number of an identity that comes and goes. */
  static final int FIRST = IdentityScope.PODS.first();

  private final TreeMap<Integer, LabelSet> labels = new TreeMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<String, Map<String, Set<Integer>>> byLabel = new HashMap<>();

  IdentityIndex() {
    for (ReservedIdentity reserved : ReservedIdentity.values()) {
      if (reserved != ReservedIdentity.UNKNOWN) {
        add(reserved.number(), reserved.labels());
      }
    }
  }

  void add(int number, LabelSet set) {
    labels.put(number, set);
    numbers.put(set.canonical(), number);
    for (Label label : set) {
      byLabel
          .computeIfAbsent(label.key(), unused -> new HashMap<>())
          .computeIfAbsent(label.value(), unused -> new HashSet<>())
          .add(number);
    }
  }

  void remove(int number) {
    LabelSet set = labels.remove(number);
    if (set == null) {
      return;
    }
    numbers.remove(set.canonical(), number);
    for (Label label : set) {
      Map<String, Set<Integer>> values = byLabel.get(label.key());
      Set<Integer> having = values.get(label.value());
      having.remove(number);
      if (having.isEmpty()) {
        values.remove(label.value());
      }
      if (values.isEmpty()) {
        byLabel.remove(label.key());
      }
    }
  }

  /** The number of the label set with this canonical text; null when it is not live. */
  Integer number(String canonical) {
    return numbers.get(canonical);
  }

  /** The labels of a number; null when it is not live. */
  LabelSet labels(int number) {
    return labels.get(number);
  }

  /** The identities that come and go, by number. */
  List<ClusterRecord.Identity> unreserved() {
    List<ClusterRecord.Identity> unreserved = new ArrayList<>();
    labels
        .tailMap(FIRST, true)
        .forEach((number, set) -> unreserved.add(new ClusterRecord.Identity(number, set)));
    return unreserved;
  }

  /** The values that live identities give a key. */
  Collection<String> values(String key) {
    return byLabel.getOrDefault(key, Map.of()).keySet();
  }

  /** The keys that live identities have. */
  Collection<String> keys() {
    return byLabel.keySet();
  }

  /** The numbers that a selector selects, in no order. */
  List<Integer> select(LabelSelector selector) {
    List<Integer> selected = new ArrayList<>();
    for (Set<Integer> candidates : narrowest(selector)) {
      for (Integer number : candidates) {
        if (selector.matches(labels.get(number))) {
          selected.add(number);
        }
      }
    }
    return selected;
  }

  /** Disjoint sets which together hold every identity that the selector may select. */
  private Collection<Set<Integer>> narrowest(LabelSelector selector) {
    Collection<Set<Integer>> narrowest = List.of(labels.keySet());
    int fewest = labels.size();
    for (Requirement requirement : selector.requirements()) {
      Collection<Set<Integer>> candidates = candidates(requirement);
      if (candidates == null) {
        continue;
      }
      int count = candidates.stream().mapToInt(Set::size).sum();
      if (count < fewest) {
        narrowest = candidates;
        fewest = count;
      }
    }
    return narrowest;
  }

  private Collection<Set<Integer>> candidates(Requirement requirement) {
    Map<String, Set<Integer>> values = byLabel.getOrDefault(requirement.key(), Map.of());
    return switch (requirement.operator()) {
      case IN ->
          disjoint(requirement.values().stream().filter(values::containsKey).map(values::get));
      case EXISTS -> disjoint(values.values().stream());
      case NOT_IN, DOES_NOT_EXIST -> null;
    };
  }

  /** An identity may have a key twice, from two sources: more than one set is made one. */
  private static Collection<Set<Integer>> disjoint(java.util.stream.Stream<Set<Integer>> sets) {
    List<Set<Integer>> list = sets.toList();
    if (list.size() <= 1) {
      return list;
    }
    Set<Integer> union = new HashSet<>();
    list.forEach(union::addAll);
    return List.of(union);
  }
}
