package dev.sluice.bench.fold;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * JSON that is parsed once and filled in often: {@code $0} to {@code $9} in a text stand for the
 * values given, and a text that is {@code #0} to {@code #9} for one as a number. What has no value
 * in it is shared by all that are made. Quotes are written {@code '}.
 */
final class Template {
  private final Map<String, Object> tree;

  private Template(Map<String, Object> tree) {
    this.tree = tree;
  }

  static Template of(String json) {
    return new Template(tree(json));
  }

  /** A body as ingest writes it: its fields sorted. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> tree(String json) {
    Map<String, Object> tree = JsonTree.parse(json.replace('\'', '"').replace("\n", ""));
    return (Map<String, Object>) CanonicalTree.decode(CanonicalTree.encode(tree));
  }

  @SuppressWarnings("unchecked")
  Map<String, Object> fill(Object... values) {
    return (Map<String, Object>) fill(tree, values);
  }

  /** The very same tree when there is no value in it. */
  private static Object fill(Object tree, Object[] values) {
    return switch (tree) {
      case Map<?, ?> map -> fill(map, values);
      case List<?> list -> fill(list, values);
      case String text -> fill(text, values);
      case null, default -> tree;
    };
  }

  private static Object fill(Map<?, ?> map, Object[] values) {
    TreeMap<String, Object> filled = null;
    for (Map.Entry<?, ?> field : map.entrySet()) {
      Object value = fill(field.getValue(), values);
      if (value != field.getValue()) {
        filled = filled == null ? copy(map) : filled;
        filled.put((String) field.getKey(), value);
      }
    }
    return filled == null ? map : filled;
  }

  @SuppressWarnings("unchecked")
  private static TreeMap<String, Object> copy(Map<?, ?> map) {
    return new TreeMap<>((Map<String, Object>) map);
  }

  private static Object fill(List<?> list, Object[] values) {
    List<Object> filled = null;
    for (int i = 0; i < list.size(); i++) {
      Object value = fill(list.get(i), values);
      if (value != list.get(i)) {
        filled = filled == null ? new ArrayList<>(list) : filled;
        filled.set(i, value);
      }
    }
    return filled == null ? list : filled;
  }

  private static Object fill(String text, Object[] values) {
    if (text.length() == 2 && text.charAt(0) == '#') {
      return ((Number) values[text.charAt(1) - '0']).longValue();
    }
    int from = 0;
    int at = text.indexOf('$');
    if (at < 0) {
      return text;
    }
    StringBuilder filled = new StringBuilder();
    for (; at >= 0; at = text.indexOf('$', from)) {
      filled.append(text, from, at).append(values[text.charAt(at + 1) - '0']);
      from = at + 2;
    }
    return filled.append(text, from, text.length()).toString();
  }
}
