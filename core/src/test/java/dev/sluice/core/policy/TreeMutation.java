package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Changes trees as people and fuzzers do: a field misspelt, a value of another type, a part moved.
 */
final class TreeMutation {
  private static final List<Object> VALUES =
      Arrays.asList(
          null,
          "",
          " ",
          "*",
          "a",
          "Ä",
          "a: b",
          "10.0.0.0/8",
          "::/0",
          "0",
          "65536",
          "http",
          "TCP",
          "reserved:host",
          "(((((",
          "a".repeat(300),
          "(".repeat(5000),
          "a.".repeat(3000),
          true,
          0L,
          -1L,
          8080L,
          Long.MAX_VALUE,
          1.5,
          Double.NaN,
          List.of(),
          Map.of(),
          Collections.nCopies(50, Map.of()),
          List.of(List.of(List.of())));

  private final Random random;
  private final List<Map<String, Object>> others;
  private int left;

  /**
   * @param others trees from which parts are taken
   */
  TreeMutation(Random random, List<Map<String, Object>> others) {
    this.random = random;
    this.others = others;
  }

  /** The tree with one thing changed somewhere below its root. */
  @SuppressWarnings("unchecked")
  Map<String, Object> change(Map<String, Object> tree) {
    left = random.nextInt(Math.max(1, size(tree)));
    return (Map<String, Object>) walk(tree, true);
  }

  private static int size(Object value) {
    return switch (value) {
      case Map<?, ?> map -> 1 + map.values().stream().mapToInt(TreeMutation::size).sum();
      case List<?> list -> 1 + list.stream().mapToInt(TreeMutation::size).sum();
      case null, default -> 1;
    };
  }

  private Object walk(Object value, boolean root) {
    boolean here = left-- == 0;
    if (here && !root && random.nextInt(3) == 0) {
      return random.nextBoolean() ? VALUES.get(random.nextInt(VALUES.size())) : part();
    }
    return switch (value) {
      case Map<?, ?> map -> walkMap(map, here);
      case List<?> list -> walkList(list, here);
      case String text when here -> misspelt(text);
      case null -> here ? "" : null;
      default -> value;
    };
  }

  private Map<String, Object> walkMap(Map<?, ?> map, boolean here) {
    Map<String, Object> copy = new LinkedHashMap<>();
    int chosen = here && !map.isEmpty() ? random.nextInt(map.size()) : -1;
    int action = random.nextInt(3);
    int at = 0;
    for (Map.Entry<?, ?> field : map.entrySet()) {
      String name = field.getKey().toString();
      Object below = walk(field.getValue(), false);
      if (at++ != chosen) {
        copy.put(name, below);
      } else if (action == 0) {
        copy.put(misspelt(name), below);
      } else if (action == 1) {
        copy.put(name, below);
        copy.putIfAbsent(someField(), part());
      }
    }
    return copy;
  }

  private List<Object> walkList(List<?> list, boolean here) {
    List<Object> copy = new ArrayList<>();
    list.forEach(item -> copy.add(walk(item, false)));
    if (here) {
      if (copy.isEmpty() || random.nextBoolean()) {
        copy.add(copy.isEmpty() ? part() : copy.getFirst());
      } else {
        copy.remove(random.nextInt(copy.size()));
      }
    }
    return copy;
  }

  private String misspelt(String word) {
    if (word.isEmpty()) {
      return "x";
    }
    int at = random.nextInt(word.length());
    return switch (random.nextInt(4)) {
      case 0 -> word.substring(0, at) + word.substring(at + 1);
      case 1 -> word.substring(0, at) + (char) (' ' + random.nextInt(95)) + word.substring(at);
      case 2 -> word.toUpperCase(java.util.Locale.ROOT);
      default -> word + "s";
    };
  }

  private String someField() {
    Map<String, Object> other = others.get(random.nextInt(others.size()));
    List<String> names = new ArrayList<>();
    names(other, names);
    return names.get(random.nextInt(names.size()));
  }

  private static void names(Object value, List<String> names) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (field, below) -> {
            names.add(field.toString());
            names(below, names);
          });
    } else if (value instanceof List<?> list) {
      list.forEach(item -> names(item, names));
    }
  }

  /** A part of another tree. */
  private Object part() {
    List<Object> parts = new ArrayList<>();
    parts(others.get(random.nextInt(others.size())), parts);
    return parts.get(random.nextInt(parts.size()));
  }

  private static void parts(Object value, List<Object> parts) {
    parts.add(value);
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(below -> parts(below, parts));
    } else if (value instanceof List<?> list) {
      list.forEach(item -> parts(item, parts));
    }
  }
}
