package dev.sluice.node.flow;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A map for those who come late: what was removed can be looked up until so many others were
 * removed after it. Written by one thread, read by any.
 */
final class LateMap<K, V> {
  private final int kept;
  private final Map<K, V> all = new ConcurrentHashMap<>();

  /** Keys that were removed and are in {@code all} yet, the first removed first. */
  private final Set<K> gone = new LinkedHashSet<>();

  /**
   * @param kept how many removed entries it keeps
   */
  LateMap(int kept) {
    this.kept = kept;
  }

  /** The value, also of a key that was removed lately; null when unknown. */
  V get(K key) {
    return all.get(key);
  }

  void put(K key, V value) {
    gone.remove(key);
    all.put(key, value);
  }

  void remove(K key) {
    if (!all.containsKey(key) || !gone.add(key) || gone.size() <= kept) {
      return;
    }
    Iterator<K> first = gone.iterator();
    all.remove(first.next());
    first.remove();
  }

  void clear() {
    all.clear();
    gone.clear();
  }

  /** How many entries there are, removed ones included. */
  int size() {
    return all.size();
  }
}
