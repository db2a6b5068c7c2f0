package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The selectors in use and their users, found by the labels that they may select: each stands in
 * the index under one of its conditions, so that a new identity is compared with the few selectors
 * that ask for a label it has. Not thread safe; one fold owns it.
 *
 * @param <U> who uses a selector
 */
final class SelectorTable<U extends Comparable<U>> {
  /** A selector in use. */
  static final class Entry<U> {
    private final LabelSelector selector;
    private final TreeSet<U> users = new TreeSet<>();
    private int live;
    private int members;

    private Entry(LabelSelector selector) {
      this.selector = selector;
    }

    LabelSelector selector() {
      return selector;
    }

    /** Sorted. */
    Collection<U> users() {
      return users;
    }

    /** How many of the identities it selects are in use. */
    int live() {
      return live;
    }

    /** How many identities it selects, in use or not. */
    int members() {
      return members;
    }

    void addMembers(int more) {
      members += more;
    }

    /** Adds to {@link #live}; whether that went from none to some or back. */
    boolean addLive(int more) {
      boolean before = live > 0;
      live += more;
      return before != live > 0;
    }
  }

  private final TreeMap<String, Entry<U>> byId = new TreeMap<>();
  private final Map<String, Map<String, Map<String, Entry<U>>>> byValue = new HashMap<>();
  private final Map<String, Map<String, Entry<U>>> byKey = new HashMap<>();
  private final Map<String, Entry<U>> unanchored = new LinkedHashMap<>();

  /** Adds a user; the entry is new when it is the first one. */
  Entry<U> use(LabelSelector selector, U user) {
    Entry<U> entry = byId.get(selector.id());
    if (entry == null) {
      entry = new Entry<>(selector);
      byId.put(selector.id(), entry);
      for (Map<String, Entry<U>> place : places(selector)) {
        place.put(selector.id(), entry);
      }
    }
    entry.users.add(user);
    return entry;
  }

  /** Takes a user away; an entry without users is gone. */
  void release(LabelSelector selector, U user) {
    Entry<U> entry = byId.get(selector.id());
    if (entry == null || !entry.users.remove(user) || !entry.users.isEmpty()) {
      return;
    }
    byId.remove(selector.id());
    for (Map<String, Entry<U>> place : places(selector)) {
      place.remove(selector.id());
    }
  }

  /** The entry of a selector; null when nobody uses it. */
  Entry<U> get(String id) {
    return byId.get(id);
  }

  /** All entries, by id. */
  Collection<Entry<U>> entries() {
    return byId.values();
  }

  /** The entries that select a label set, each once, in no order. */
  Collection<Entry<U>> selecting(LabelSet labels) {
    Map<String, Entry<U>> found = new HashMap<>();
    keep(unanchored, labels, found);
    for (Label label : labels) {
      keep(byKey.getOrDefault(label.key(), Map.of()), labels, found);
      keep(
          byValue.getOrDefault(label.key(), Map.of()).getOrDefault(label.value(), Map.of()),
          labels,
          found);
    }
    return found.values();
  }

  private void keep(Map<String, Entry<U>> from, LabelSet labels, Map<String, Entry<U>> found) {
    from.forEach(
        (id, entry) -> {
          if (!found.containsKey(id) && entry.selector.matches(labels)) {
            found.put(id, entry);
          }
        });
  }

  /**
   * Where a selector stands: under each value of its anchor, or under its key, or under nothing.
   */
  private List<Map<String, Entry<U>>> places(LabelSelector selector) {
    Requirement anchor = anchor(selector);
    if (anchor == null) {
      return List.of(unanchored);
    }
    if (anchor.operator() == Requirement.Operator.EXISTS) {
      return List.of(byKey.computeIfAbsent(anchor.key(), unused -> new HashMap<>()));
    }
    List<Map<String, Entry<U>>> places = new ArrayList<>();
    for (String value : anchor.values()) {
      places.add(
          byValue
              .computeIfAbsent(anchor.key(), unused -> new HashMap<>())
              .computeIfAbsent(value, unused -> new HashMap<>()));
    }
    return places;
  }

  /** A value beats a mere key, and either beats the namespace, which most selectors share. */
  private static Requirement anchor(LabelSelector selector) {
    Requirement best = null;
    for (Requirement requirement : selector.requirements()) {
      if (rank(requirement) > 0 && (best == null || rank(requirement) > rank(best))) {
        best = requirement;
      }
    }
    return best;
  }

  private static int rank(Requirement requirement) {
    boolean namespace = requirement.key().equals(LabelSelector.POD_NAMESPACE);
    return switch (requirement.operator()) {
      case IN -> namespace ? 2 : 4;
      case EXISTS -> namespace ? 1 : 3;
      case NOT_IN, DOES_NOT_EXIST -> 0;
    };
  }
}
