package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The selectors in use and their users, found by the labels that they may select: each stands in
 * the index under one of its conditions, and under its namespace when it asks for one, so that a
 * new identity is compared with the few selectors that ask for a label it has. Of two conditions it
 * is the one under which fewer stand when it comes: {@code app=web} is asked for in every
 * namespace, the label of one namespace is not. Not thread safe; one fold owns it.
 *
 * @param <U> who uses a selector
 */
final class SelectorTable<U extends Comparable<U>> {
  /** Values of a selector's conditions that it stands under; with more it stands less precisely. */
  private static final int MOST_PLACES = 64;

  /** A selector in use. */
  static final class Entry<U> {
    private final LabelSelector selector;
    private final List<Place> places;
    private final Function<U, String> policyOf;
    private final TreeSet<U> users = new TreeSet<>();
    private final Selected selected = new Selected();
    private int members;

    private Entry(LabelSelector selector, List<Place> places, Function<U, String> policyOf) {
      this.selector = selector;
      this.places = places;
      this.policyOf = policyOf;
    }

    LabelSelector selector() {
      return selector;
    }

    /** Sorted. */
    Collection<U> users() {
      return users;
    }

    /** The policies of its users, {@code kind/namespace/name}. */
    List<String> policies() {
      return users.stream().map(policyOf).toList();
    }

    /** How many identities it selects, in use or not. */
    int members() {
      return members;
    }

    void addMembers(int more) {
      members += more;
    }

    /** Whom it selects at present; kept by who knows that. */
    Selected selected() {
      return selected;
    }
  }

  /**
   * Where selectors stand in the index.
   *
   * @param namespace that is asked for; empty for every one
   * @param key of a label
   * @param value null for any
   */
  private record Place(String namespace, String key, String value) {
    static final Place NOWHERE = new Place("", "", null);

    // By hand: every label set that is looked up asks for dozens of places.
    @Override
    public boolean equals(Object other) {
      return other instanceof Place place
          && key.equals(place.key)
          && namespace.equals(place.namespace)
          && Objects.equals(value, place.value);
    }

    @Override
    public int hashCode() {
      int hash = 31 * namespace.hashCode() + key.hashCode();
      return value == null ? hash : 31 * hash + value.hashCode();
    }
  }

  private final Map<String, Entry<U>> byId = new HashMap<>();

  /** By the key of the label first: most keys that label sets have no selector asks for. */
  private final Map<String, Map<Place, Map<String, Entry<U>>>> places = new HashMap<>();

  /** What label sets were found to be selected by in this step. */
  private Map<LabelSet, List<Entry<U>>> found = new HashMap<>();

  private final Function<U, String> policyOf;
  private final Work work;

  /**
   * @param policyOf the policy behind a user
   */
  SelectorTable(Function<U, String> policyOf, Work work) {
    this.policyOf = policyOf;
    this.work = work;
  }

  /** Adds a user; the entry is new when it is the first one. */
  Entry<U> use(LabelSelector selector, U user) {
    Entry<U> entry = byId.get(selector.id());
    if (entry == null) {
      entry = new Entry<>(selector, places(selector), policyOf);
      forget();
      byId.put(selector.id(), entry);
      for (Place place : entry.places) {
        places
            .computeIfAbsent(place.key, unused -> new HashMap<>())
            .computeIfAbsent(place, unused -> new LinkedHashMap<>())
            .put(selector.id(), entry);
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
    forget();
    for (Place place : entry.places) {
      Map<Place, Map<String, Entry<U>>> ofKey = places.get(place.key);
      Map<String, Entry<U>> there = ofKey.get(place);
      there.remove(selector.id());
      if (there.isEmpty()) {
        ofKey.remove(place);
      }
      if (ofKey.isEmpty()) {
        places.remove(place.key);
      }
    }
  }

  /** The entry of a selector; null when nobody uses it. */
  Entry<U> get(String id) {
    return byId.get(id);
  }

  /** All entries, by id. */
  Collection<Entry<U>> entries() {
    return new TreeMap<>(byId).values();
  }

  /**
   * As {@link #selecting}, for whoever asks for the same few label sets over and over in one step:
   * what was found is kept until {@link #forget}.
   */
  List<Entry<U>> selectingInStep(LabelSet labels) {
    return found.computeIfAbsent(labels, this::selecting);
  }

  /** Forgets what was found: a step is over, or a selector came or went. */
  void forget() {
    if (!found.isEmpty()) {
      found = new HashMap<>(); // clearing would cost what the largest step has cost
    }
  }

  /** The entries that select a label set, each once, in no order. */
  List<Entry<U>> selecting(LabelSet labels) {
    Set<Entry<U>> found = new LinkedHashSet<>();
    keep(places.get(Place.NOWHERE.key), Place.NOWHERE, labels, found);
    for (Label label : labels) {
      Map<Place, Map<String, Entry<U>>> ofKey = places.get(label.key());
      if (ofKey == null) {
        continue;
      }
      keep(ofKey, "", label, labels, found);
      for (Label namespace : labels) {
        if (namespace.key().equals(LabelSelector.POD_NAMESPACE)) {
          keep(ofKey, namespace.value(), label, labels, found);
        }
      }
    }
    return List.copyOf(found);
  }

  private void keep(
      Map<Place, Map<String, Entry<U>>> ofKey,
      String namespace,
      Label label,
      LabelSet labels,
      Set<Entry<U>> found) {
    keep(ofKey, new Place(namespace, label.key(), null), labels, found);
    keep(ofKey, new Place(namespace, label.key(), label.value()), labels, found);
  }

  private void keep(
      Map<Place, Map<String, Entry<U>>> ofKey, Place place, LabelSet labels, Set<Entry<U>> found) {
    Map<String, Entry<U>> there = ofKey == null ? null : ofKey.get(place);
    if (there == null) {
      return;
    }
    work.add(there.size());
    for (Entry<U> entry : there.values()) {
      if (!found.contains(entry) && entry.selector.matches(labels)) {
        found.add(entry);
      }
    }
  }

  /** Where a selector is to stand: under each value of its best condition, its key, or nowhere. */
  private List<Place> places(LabelSelector selector) {
    Requirement within = null;
    for (Requirement requirement : selector.requirements()) {
      if (isNamespace(requirement) && requirement.operator() == Requirement.Operator.IN) {
        within = requirement;
      }
    }
    List<Place> best = List.of(Place.NOWHERE);
    int bestRank = 0;
    for (Requirement requirement : selector.requirements()) {
      int rank = rank(requirement);
      if (rank > 0 && rank >= bestRank) {
        List<Place> places = places(requirement, within);
        if (rank > bestRank || most(places) < most(best)) {
          best = places;
          bestRank = rank;
        }
      }
    }
    return best;
  }

  /** How many selectors a label set may meet in one of some places. */
  private int most(List<Place> some) {
    int most = 0;
    for (Place place : some) {
      Map<Place, Map<String, Entry<U>>> ofKey = places.getOrDefault(place.key, Map.of());
      most = Math.max(most, ofKey.getOrDefault(place, Map.of()).size());
    }
    return most;
  }

  private static List<Place> places(Requirement anchor, Requirement within) {
    List<String> values = new ArrayList<>();
    if (anchor.operator() == Requirement.Operator.EXISTS) {
      values.add(null);
    } else {
      values.addAll(anchor.values());
    }
    boolean narrow =
        within != null
            && !isNamespace(anchor)
            && within.values().size() * values.size() <= MOST_PLACES;
    List<Place> places = new ArrayList<>();
    for (String namespace : narrow ? within.values() : List.of("")) {
      for (String value : values) {
        places.add(new Place(namespace, anchor.key(), value));
      }
    }
    return places;
  }

  private static boolean isNamespace(Requirement requirement) {
    return requirement.key().equals(LabelSelector.POD_NAMESPACE);
  }

  /** A value beats a mere key, and either beats the namespace, which most selectors share. */
  private static int rank(Requirement requirement) {
    return switch (requirement.operator()) {
      case IN -> isNamespace(requirement) ? 2 : 4;
      case EXISTS -> isNamespace(requirement) ? 1 : 3;
      case NOT_IN, DOES_NOT_EXIST -> 0;
    };
  }
}
