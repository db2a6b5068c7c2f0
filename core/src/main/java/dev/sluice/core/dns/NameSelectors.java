package dev.sluice.core.dns;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All selectors of names that policies use, by id, and which of them select a name. A name costs
 * one look for the exact ones and one match for each pattern. Not thread safe.
 */
public final class NameSelectors {
  private final Map<String, NameMatch> all = new TreeMap<>();
  private final Map<String, Set<String>> exact = new HashMap<>();
  private final Map<String, NameMatch> patterns = new TreeMap<>();

  /** Adds or replaces one. */
  public void put(String id, NameMatch match) {
    remove(id);
    all.put(id, match);
    match
        .only()
        .ifPresentOrElse(
            name -> exact.computeIfAbsent(name, n -> new TreeSet<>()).add(id),
            () -> patterns.put(id, match));
  }

  /** Whether there was one. */
  public boolean remove(String id) {
    NameMatch gone = all.remove(id);
    if (gone == null) {
      return false;
    }
    patterns.remove(id);
    gone.only()
        .ifPresent(
            name ->
                exact.computeIfPresent(
                    name,
                    (n, ids) -> {
                      ids.remove(id);
                      return ids.isEmpty() ? null : ids;
                    }));
    return true;
  }

  /** The ids of those that select a name, sorted. */
  public List<String> selecting(String name) {
    TreeSet<String> ids = new TreeSet<>(exact.getOrDefault(name, Set.of()));
    patterns.forEach(
        (id, match) -> {
          if (match.matches(name)) {
            ids.add(id);
          }
        });
    return List.copyOf(ids);
  }

  public NameMatch get(String id) {
    return all.get(id);
  }

  /** All ids, sorted. */
  public Set<String> ids() {
    return java.util.Collections.unmodifiableSet(all.keySet());
  }
}
