package dev.sluice.core.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Objects as parsed YAML has them: maps, lists, texts, numbers. */
final class Trees {
  private Trees() {}

  /** A map of the given keys and values; a null value is not there. */
  static Map<String, Object> tree(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      if (keysAndValues[i + 1] != null) {
        map.put((String) keysAndValues[i], keysAndValues[i + 1]);
      }
    }
    return map;
  }

  /** That many of what the supplier makes. */
  static <T> List<T> times(int count, Supplier<T> made) {
    List<T> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(made.get());
    }
    return list;
  }

  /** A map with one more entry. */
  static Map<String, Object> with(Map<String, Object> map, String key, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(map);
    more.put(key, value);
    return more;
  }
}
