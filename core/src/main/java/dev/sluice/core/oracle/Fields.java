package dev.sluice.core.oracle;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Fields of an object's body; what is absent or of another type reads as empty. */
record Fields(Map<?, ?> map) {
  static Fields of(Object value) {
    return new Fields(value instanceof Map<?, ?> map ? map : Map.of());
  }

  Fields at(String name) {
    return of(map.get(name));
  }

  String text(String name) {
    Object value = map.get(name);
    return value == null || value instanceof Map || value instanceof List ? "" : value.toString();
  }

  boolean has(String name, String value) {
    return text(name).equals(value);
  }

  Stream<Object> list(String name) {
    return map.get(name) instanceof List<?> list
        ? list.stream().map(Object.class::cast)
        : Stream.of();
  }

  Stream<Fields> objects(String name) {
    return list(name).map(Fields::of);
  }

  Stream<String> texts(String name) {
    return list(name).filter(String.class::isInstance).map(String.class::cast);
  }

  /** A map of texts, sorted. */
  Map<String, String> textMap(String name) {
    TreeMap<String, String> texts = new TreeMap<>();
    Fields labels = at(name);
    labels.map.keySet().forEach(key -> texts.put(key.toString(), labels.text(key.toString())));
    return texts;
  }

  static Optional<IpAddress> address(String text) {
    try {
      return Optional.of(IpAddress.parse(text));
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  static Optional<Prefix> prefix(String text) {
    try {
      return Optional.of(Prefix.parse(text));
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }
}
