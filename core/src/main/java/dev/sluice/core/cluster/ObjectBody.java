package dev.sluice.core.cluster;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads fields of an object's parsed JSON. A field that is absent, or of another type than asked
 * for, reads as empty: what the API server accepted is not for a fold to refuse.
 */
public record ObjectBody(Map<?, ?> fields) {
  public static ObjectBody of(Object value) {
    return new ObjectBody(value instanceof Map<?, ?> map ? map : Map.of());
  }

  public ObjectBody object(String name) {
    return of(fields.get(name));
  }

  /** The field's text; numbers and booleans print; empty when absent. */
  public String text(String name) {
    Object value = fields.get(name);
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? value.toString()
        : "";
  }

  public boolean isTrue(String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  /** The whole number in the field, the nearest one that an int holds; 0 when absent. */
  public int number(String name) {
    return fields.get(name) instanceof Number number && isWhole(number.doubleValue())
        ? (int) number.doubleValue() // goes no further than an int does, where intValue wraps
        : 0;
  }

  private static boolean isWhole(double number) {
    return number == Math.rint(number);
  }

  public Stream<ObjectBody> objects(String name) {
    return list(name).stream().map(ObjectBody::of);
  }

  public Stream<String> texts(String name) {
    return list(name).stream().filter(String.class::isInstance).map(String.class::cast);
  }

  /** A map of texts, sorted by key. */
  public TreeMap<String, String> textMap(String name) {
    ObjectBody map = object(name);
    TreeMap<String, String> texts = new TreeMap<>();
    map.fields.keySet().stream()
        .filter(Objects::nonNull)
        .map(Object::toString)
        .forEach(key -> texts.put(key, map.text(key)));
    return texts;
  }

  private List<?> list(String name) {
    return fields.get(name) instanceof List<?> list ? list : List.of();
  }
}
