package dev.sluice.core.service;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Numbers for groups and frontends: the next one for each new name, in the log's order, and none
 * ever again for another name. The names of a Service are forgotten with it.
 */
final class ServiceNumbers {
  private final TreeMap<String, TreeMap<String, Integer>> byService = new TreeMap<>();
  private final Map<Integer, String> owners = new HashMap<>();
  private int next = 1;

  /** The number of a name that belongs to a Service; a new one the first time. */
  int of(String service, String name) {
    return byService
        .computeIfAbsent(service, unused -> new TreeMap<>())
        .computeIfAbsent(
            name,
            unused -> {
              owners.put(next, service);
              return next++;
            });
  }

  /** The Service that a number belongs to; also right after it was forgotten: empty then. */
  String serviceOf(int number) {
    return owners.getOrDefault(number, "");
  }

  void forget(String service) {
    TreeMap<String, Integer> names = byService.remove(service);
    if (names != null) {
      names.values().forEach(owners::remove);
    }
  }

  int next() {
    return next;
  }

  SortedMap<String, ? extends SortedMap<String, Integer>> all() {
    return byService;
  }

  /** Takes up what a snapshot holds. */
  void restore(int nextNumber) {
    next = nextNumber;
  }

  void restore(String service, String name, int number) {
    byService.computeIfAbsent(service, unused -> new TreeMap<>()).put(name, number);
    owners.put(number, service);
  }
}
