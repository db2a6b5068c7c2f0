package dev.sluice.core.dns;

import dev.sluice.core.policy.FqdnSelector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All selectors of names that policies use, by id, and which of them select a name. A name costs
 * one look for the exact ones and one match for each pattern. Not thread safe.
 */
public final class NameSelectors {
  private final Map<String, FqdnSelector> all = new TreeMap<>();
  private final Map<String, Set<String>> exact = new HashMap<>();
  private final Map<String, FqdnSelector> patterns = new TreeMap<>();

  private static final String SOURCE = "fqdn:";

  /**
   * The selector of names that the canonical text of a compiled selector is about; empty when it is
   * about something else.
   */
  public static Optional<FqdnSelector> read(String text) {
    for (String requirement : text.split(",")) {
      if (requirement.startsWith(SOURCE)) {
        String value = requirement.substring(requirement.indexOf(' ') + 1);
        return Optional.of(
            requirement.startsWith("matchName:", SOURCE.length())
                ? FqdnSelector.name(value)
                : FqdnSelector.pattern(value));
      }
    }
    return Optional.empty();
  }

  /** A copy that may be handed to another thread. */
  public NameSelectors copy() {
    NameSelectors copy = new NameSelectors();
    all.forEach(copy::put);
    return copy;
  }

  /** Adds or replaces one. */
  public void put(String id, FqdnSelector selector) {
    remove(id);
    all.put(id, selector);
    if (selector.kind() == FqdnSelector.Kind.NAME) {
      exact.computeIfAbsent(selector.text(), n -> new TreeSet<>()).add(id);
    } else {
      patterns.put(id, selector);
    }
  }

  /** Whether there was one. */
  public boolean remove(String id) {
    FqdnSelector gone = all.remove(id);
    if (gone == null) {
      return false;
    }
    patterns.remove(id);
    exact.computeIfPresent(
        gone.text(),
        (n, ids) -> {
          ids.remove(id);
          return ids.isEmpty() ? null : ids;
        });
    return true;
  }

  /** The ids of those that select a name, sorted. */
  public List<String> selecting(String name) {
    TreeSet<String> ids = new TreeSet<>(exact.getOrDefault(name, Set.of()));
    patterns.forEach(
        (id, pattern) -> {
          if (pattern.matches(name)) {
            ids.add(id);
          }
        });
    return List.copyOf(ids);
  }

  /** The selector with this id; null when there is none. */
  public FqdnSelector get(String id) {
    return all.get(id);
  }

  /** All ids, sorted. */
  public Set<String> ids() {
    return java.util.Collections.unmodifiableSet(all.keySet());
  }
}
