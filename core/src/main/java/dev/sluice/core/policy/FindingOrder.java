package dev.sluice.core.policy;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts findings in the order in which a person meets their places when reading the object. */
final class FindingOrder {
  private final Map<String, Integer> places = new HashMap<>();

  private FindingOrder() {}

  /** Findings at one place keep their order; a place that is not there counts as its parent. */
  static List<Finding> sorted(List<Finding> findings, Map<String, Object> body) {
    FindingOrder order = new FindingOrder();
    order.walk(body, "");
    return findings.stream()
        .sorted(Comparator.comparingInt((Finding finding) -> order.place(finding.path())))
        .toList();
  }

  private void walk(Object value, String path) {
    places.put(path, places.size());
    if (value instanceof Map<?, ?> map) {
      map.forEach((field, below) -> walk(below, Reading.at(path, String.valueOf(field))));
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        walk(list.get(i), Reading.at(path, i));
      }
    }
  }

  private int place(String path) {
    String at = path;
    while (!places.containsKey(at)) {
      int end = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
      at = end < 0 ? "" : at.substring(0, end);
    }
    return places.get(at);
  }
}
