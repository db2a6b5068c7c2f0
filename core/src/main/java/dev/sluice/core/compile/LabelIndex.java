package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Things with labels, found by them: which of them a selector selects costs as much as the smallest
 * set that one of its conditions leaves, within the namespace when it asks for one. Not thread
 * safe; one fold owns it.
 *
 * @param <T> what has the labels; found in their order
 */
final class LabelIndex<T extends Comparable<T>> {
  /**
   * Things, each once, in their order. An array: most come at its end, and a new identity enters
   * dozens of these, so that finding a place in as many trees is what it would cost.
   */
  private static final class Ordered<T extends Comparable<T>> extends AbstractCollection<T> {
    private final ArrayList<T> things = new ArrayList<>(1);

    @Override
    public boolean add(T thing) {
      int place =
          things.isEmpty() || things.getLast().compareTo(thing) < 0
              ? -things.size() - 1
              : Collections.binarySearch(things, thing);
      if (place < 0) {
        things.add(-place - 1, thing);
      }
      return place < 0;
    }

    boolean take(T thing) {
      int place = Collections.binarySearch(things, thing);
      if (place >= 0) {
        things.remove(place);
      }
      return place >= 0;
    }

    @Override
    public Iterator<T> iterator() {
      return things.iterator();
    }

    @Override
    public int size() {
      return things.size();
    }
  }

  /** Who has each value of one key. */
  private static final class Key<T extends Comparable<T>> {
    private final TreeMap<String, Ordered<T>> byValue = new TreeMap<>();
    private int entries;
  }

  /** Who has each label, among some. */
  private static final class Part<T extends Comparable<T>> {
    private final TreeMap<String, Key<T>> byKey = new TreeMap<>();
    private final Ordered<T> all = new Ordered<>();

    void add(T thing, LabelSet labels) {
      all.add(thing);
      for (Label label : labels) {
        Key<T> key = byKey.computeIfAbsent(label.key(), unused -> new Key<>());
        if (key.byValue.computeIfAbsent(label.value(), unused -> new Ordered<>()).add(thing)) {
          key.entries++;
        }
      }
    }

    void remove(T thing, LabelSet labels) {
      all.take(thing);
      for (Label label : labels) {
        Key<T> key = byKey.get(label.key());
        Ordered<T> having = key == null ? null : key.byValue.get(label.value());
        if (having == null || !having.take(thing)) {
          continue; // the same key and value from two sources
        }
        key.entries--;
        if (having.isEmpty()) {
          key.byValue.remove(label.value());
        }
        if (key.byValue.isEmpty()) {
          byKey.remove(label.key());
        }
      }
    }
  }

  private final Map<T, LabelSet> labels = new HashMap<>();
  private final Part<T> everywhere = new Part<>();
  private final Map<String, Part<T>> byNamespace = new HashMap<>();
  private final Work work;

  LabelIndex(Work work) {
    this.work = work;
  }

  void add(T thing, LabelSet set) {
    labels.put(thing, set);
    everywhere.add(thing, set);
    for (String namespace : namespaces(set)) {
      byNamespace.computeIfAbsent(namespace, unused -> new Part<>()).add(thing, set);
    }
  }

  void remove(T thing) {
    LabelSet set = labels.remove(thing);
    if (set == null) {
      return;
    }
    everywhere.remove(thing, set);
    for (String namespace : namespaces(set)) {
      Part<T> part = byNamespace.get(namespace);
      part.remove(thing, set);
      if (part.all.isEmpty()) {
        byNamespace.remove(namespace);
      }
    }
  }

  private static Collection<String> namespaces(LabelSet set) {
    List<String> namespaces = new ArrayList<>(1);
    for (Label label : set) {
      if (label.key().equals(LabelSelector.POD_NAMESPACE) && !namespaces.contains(label.value())) {
        namespaces.add(label.value());
      }
    }
    return namespaces;
  }

  /** The labels of something; null when it is not there. */
  LabelSet labels(T thing) {
    return labels.get(thing);
  }

  /**
   * The values that are given to a key, sorted. A view.
   *
   * @param namespace empty for everywhere
   */
  NavigableSet<String> values(String key, String namespace) {
    Part<T> part = namespace.isEmpty() ? everywhere : byNamespace.get(namespace);
    Key<T> found = part == null ? null : part.byKey.get(key);
    return found == null ? Collections.emptyNavigableSet() : found.byValue.navigableKeySet();
  }

  /** The keys that anything has, sorted. A view. */
  NavigableSet<String> keys() {
    return everywhere.byKey.navigableKeySet();
  }

  /** What a selector selects, sorted. */
  List<T> select(LabelSelector selector) {
    return select(selector, Integer.MAX_VALUE);
  }

  /** What a selector selects, sorted, of the first so many that are looked at. */
  List<T> select(LabelSelector selector, int looked) {
    List<T> selected = new ArrayList<>();
    int left = looked;
    for (T thing : narrowest(selector)) {
      if (left-- == 0) {
        break;
      }
      work.add(1);
      if (selector.matches(labels.get(thing))) {
        selected.add(thing);
      }
    }
    return selected;
  }

  /** A set that holds everything that the selector may select. */
  private Collection<T> narrowest(LabelSelector selector) {
    Part<T> part = part(selector);
    if (part == null) {
      return List.of();
    }
    Requirement narrowest = null;
    int fewest = part.all.size();
    for (Requirement requirement : selector.requirements()) {
      int count = count(part, requirement);
      if (count < fewest) {
        narrowest = requirement;
        fewest = count;
      }
    }
    return narrowest == null ? part.all : candidates(part, narrowest);
  }

  /** Where to look: in one namespace when the selector asks for exactly one. Null for nowhere. */
  private Part<T> part(LabelSelector selector) {
    for (Requirement requirement : selector.requirements()) {
      if (requirement.key().equals(LabelSelector.POD_NAMESPACE)
          && requirement.operator() == Requirement.Operator.IN
          && requirement.values().size() == 1) {
        return byNamespace.get(requirement.values().getFirst());
      }
    }
    return everywhere;
  }

  /** How many may meet a condition; everything when it only takes away. */
  private int count(Part<T> part, Requirement requirement) {
    Key<T> key = part.byKey.get(requirement.key());
    return switch (requirement.operator()) {
      case IN -> {
        int count = 0;
        for (String value : requirement.values()) {
          Ordered<T> having = key == null ? null : key.byValue.get(value);
          count += having == null ? 0 : having.size();
        }
        yield count;
      }
      case EXISTS -> key == null ? 0 : key.entries;
      case NOT_IN, DOES_NOT_EXIST -> Integer.MAX_VALUE;
    };
  }

  private Collection<T> candidates(Part<T> part, Requirement requirement) {
    Key<T> key = part.byKey.get(requirement.key());
    if (key == null) {
      return List.of();
    }
    List<Ordered<T>> sets = new ArrayList<>();
    if (requirement.operator() == Requirement.Operator.EXISTS) {
      sets.addAll(key.byValue.values());
    } else {
      for (String value : requirement.values()) {
        Ordered<T> having = key.byValue.get(value);
        if (having != null) {
          sets.add(having);
        }
      }
    }
    if (sets.size() == 1) {
      return sets.getFirst();
    }
    // Something may have a key twice, from two sources.
    TreeSet<T> union = new TreeSet<>();
    sets.forEach(union::addAll);
    return union;
  }
}
