package dev.sluice.core.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Values by prefix, which answers what covers a prefix and what lies inside it. The first costs one
 * lookup for each length in use, the second what it finds. Not thread safe.
 */
public final class PrefixMap<V> {
  private final TreeMap<Prefix, V> values = new TreeMap<>();
  private final TreeMap<Integer, Integer> lengths4 = new TreeMap<>();
  private final TreeMap<Integer, Integer> lengths6 = new TreeMap<>();

  /** The value of exactly this prefix; null for none. */
  public V get(Prefix prefix) {
    return values.get(prefix);
  }

  public void put(Prefix prefix, V value) {
    if (values.put(prefix, value) == null) {
      lengths(prefix).merge(prefix.length(), 1, Integer::sum);
    }
  }

  public void remove(Prefix prefix) {
    if (values.remove(prefix) != null) {
      lengths(prefix).merge(prefix.length(), -1, Integer::sum);
      lengths(prefix).remove(prefix.length(), 0);
    }
  }

  private TreeMap<Integer, Integer> lengths(Prefix prefix) {
    return prefix.address().v6() ? lengths6 : lengths4;
  }

  /** All prefixes, sorted. A view. */
  public Set<Prefix> prefixes() {
    return values.keySet();
  }

  /** What contains a prefix, itself included, the shortest first. */
  public List<Map.Entry<Prefix, V>> covering(Prefix prefix) {
    List<Map.Entry<Prefix, V>> covering = new ArrayList<>();
    for (int length : lengths(prefix).headMap(prefix.length(), true).keySet()) {
      Prefix cover = new Prefix(prefix.address(), length);
      V value = values.get(cover);
      if (value != null) {
        covering.add(Map.entry(cover, value));
      }
    }
    return covering;
  }

  /** What lies inside a prefix, itself included, sorted. */
  public List<Map.Entry<Prefix, V>> inside(Prefix prefix) {
    List<Map.Entry<Prefix, V>> inside = new ArrayList<>();
    // Whoever sorts after a prefix and is in it comes before everybody who is not.
    for (Map.Entry<Prefix, V> entry : values.tailMap(prefix, true).entrySet()) {
      if (!prefix.contains(entry.getKey())) {
        break;
      }
      inside.add(entry);
    }
    return inside;
  }
}
