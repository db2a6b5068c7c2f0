package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What must hold of every object that a reader is given: it is taken or refused in sentences, and
 * of one that is taken nothing was passed over: each field was looked up, and none may hold what
 * makes no sense.
 */
final class ReadWhole {
  /** What no field of the language may be. */
  private static final Object NONSENSE = Map.of("no such field", "at all");

  /** Paths that are not the language's: whoever takes an object in checks its metadata. */
  private static final List<String> OTHERS = List.of("metadata", "status");

  private ReadWhole() {}

  /** Fails when the tree is read otherwise. */
  static void check(ObjectKey key, Map<String, Object> body) {
    Set<String> unread = new TreeSet<>();
    List<Finding> findings = read(key, watched(body, "", unread));
    sentences(findings);
    if (isRefused(findings)) {
      return;
    }
    unread.removeIf(ReadWhole::isOthers);
    assertEquals(Set.of(), unread, "fields that nobody looked up");
    for (String path : paths(body, "", new ArrayList<>())) {
      if (!isOthers(path)) {
        Map<String, Object> spoilt = spoilt(body, path);
        assertTrue(isRefused(read(key, spoilt)), () -> "nonsense is taken at " + path);
      }
    }
  }

  private static List<Finding> read(ObjectKey key, Map<String, Object> body) {
    if (key.kind().equals(CidrGroup.KIND)) {
      return CidrGroupParser.findings(key, body);
    }
    return switch (PolicyParser.parse(key, body)) {
      case ParsedPolicy.Accepted accepted -> {
        assertFalse(isRefused(accepted.findings()));
        assertFalse(accepted.policy().rules().isEmpty());
        yield accepted.findings();
      }
      case ParsedPolicy.Refused refused -> {
        assertTrue(isRefused(refused.findings()));
        yield refused.findings();
      }
    };
  }

  private static boolean isRefused(List<Finding> findings) {
    return findings.stream().anyMatch(one -> one.severity() == Finding.Severity.REFUSED);
  }

  private static void sentences(List<Finding> findings) {
    for (Finding one : findings) {
      assertFalse(one.message().isBlank());
      assertFalse(one.code().isBlank());
      assertTrue(
          one.message().contains(": ") || one.message().endsWith("?"),
          () -> "says not what to write: " + one);
    }
  }

  private static boolean isOthers(String path) {
    return OTHERS.stream().anyMatch(path::startsWith);
  }

  /** The tree with maps that note which of their fields nobody looks up. */
  private static Map<String, Object> watched(Map<?, ?> map, String path, Set<String> unread) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach(
        (field, value) ->
            copy.put(field.toString(), watchedValue(value, Reading.at(path, field + ""), unread)));
    copy.forEach((field, value) -> unread.add(Reading.at(path, field)));
    return new WatchedMap(copy, field -> unread.remove(Reading.at(path, field)));
  }

  private static Object watchedValue(Object value, String path, Set<String> unread) {
    if (value instanceof Map<?, ?> map) {
      return watched(map, path, unread);
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        items.add(watchedValue(list.get(i), Reading.at(path, i), unread));
      }
      return items;
    }
    return value;
  }

  /** Every place of the tree below its root whose value is there. */
  private static List<String> paths(Object value, String path, List<String> paths) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (field, below) -> {
            if (below != null) {
              paths.add(Reading.at(path, field.toString()));
              paths(below, Reading.at(path, field.toString()), paths);
            }
          });
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        paths.add(Reading.at(path, i));
        paths(list.get(i), Reading.at(path, i), paths);
      }
    }
    return paths;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> spoilt(Map<String, Object> body, String path) {
    Object spoilt = replace(body, "", path);
    return (Map<String, Object>) assertInstanceOf(Map.class, spoilt);
  }

  private static Object replace(Object value, String at, String path) {
    if (at.equals(path)) {
      return NONSENSE;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach(
          (field, below) ->
              copy.put(field.toString(), replace(below, Reading.at(at, field.toString()), path)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        copy.add(replace(list.get(i), Reading.at(at, i), path));
      }
      return copy;
    }
    return value;
  }
}
