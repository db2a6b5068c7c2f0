package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The namespaces that there are, and the policies whose selectors name them: who names one is told
 * when it comes or goes. One fold owns it.
 */
final class Namespaces {
  private final TreeSet<String> names = new TreeSet<>();
  private final Map<String, TreeSet<String>> users = new HashMap<>();

  /** Takes up what a snapshot holds. */
  void restore(Collection<String> held) {
    names.addAll(held);
  }

  /**
   * Folds one record; those of other kinds are nothing.
   *
   * @return the policies to which it makes a difference
   */
  Set<String> fold(ObjectEvent event) {
    if (!event.key().kind().equals("Namespace")) {
      return Set.of();
    }
    boolean changed =
        switch (event.type()) {
          case ADDED, MODIFIED -> names.add(event.key().name());
          case DELETED -> names.remove(event.key().name());
          case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> false;
        };
    return changed ? users.getOrDefault(event.key().name(), new TreeSet<>()) : Set.of();
  }

  boolean has(String name) {
    return names.contains(name);
  }

  NavigableSet<String> names() {
    return names;
  }

  void use(LabelSelector selector, String policy) {
    named(selector).forEach(name -> users.computeIfAbsent(name, n -> new TreeSet<>()).add(policy));
  }

  void release(LabelSelector selector, String policy) {
    for (String name : named(selector)) {
      TreeSet<String> left = users.getOrDefault(name, new TreeSet<>());
      left.remove(policy);
      if (left.isEmpty()) {
        users.remove(name);
      }
    }
  }

  /** The one namespace that a selector names; empty for none and for several. */
  static String only(LabelSelector selector) {
    Collection<String> named = named(selector);
    return named.size() == 1 ? named.iterator().next() : "";
  }

  private static Collection<String> named(LabelSelector selector) {
    TreeSet<String> named = new TreeSet<>();
    for (Requirement one : selector.requirements()) {
      boolean names =
          one.key().equals(LabelSelector.POD_NAMESPACE)
              || one.key().equals(LabelSelector.NAMESPACE_NAME);
      if (names && one.operator() == Requirement.Operator.IN) {
        named.addAll(one.values());
      }
    }
    return named;
  }
}
