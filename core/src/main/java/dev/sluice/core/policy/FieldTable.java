package dev.sluice.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fields that one place of the language has: those that are read, and those that this version
 * cannot enforce and therefore refuses by name. No field is ever passed over.
 */
final class FieldTable {
  private final Set<String> read;
  private final Map<String, String> later;

  private FieldTable(Set<String> read, Map<String, String> later) {
    this.read = read;
    this.later = later;
  }

  static FieldTable of(String... read) {
    return new FieldTable(new TreeSet<>(List.of(read)), new TreeMap<>());
  }

  /** Adds a field that is part of the language but not of this version; {@code what} it does. */
  FieldTable later(String field, String what) {
    Map<String, String> more = new TreeMap<>(later);
    more.put(field, what);
    return new FieldTable(read, more);
  }

  /** Refuses every field of the object that is not read here. */
  void check(Map<String, Object> object, String path, Reading reading) {
    for (Map.Entry<String, Object> field : object.entrySet()) {
      String name = field.getKey();
      if (read.contains(name) || later.containsKey(name) && field.getValue() == null) {
        continue;
      }
      if (later.containsKey(name)) {
        reading.refuse(
            "unsupported-field",
            Reading.at(path, name),
            name
                + " ("
                + later.get(name)
                + ") is not supported by this version: take it out, until then the whole object is"
                + " refused");
      } else {
        reading.refuse("unknown-field", Reading.at(path, name), unknown(name));
      }
    }
  }

  private String unknown(String name) {
    TreeSet<String> all = new TreeSet<>(read);
    all.addAll(later.keySet());
    return Nearest.of(name, all)
        .map(match -> "unknown field " + name + ": did you mean " + match.word() + "?")
        .orElse("unknown field " + name + ": the fields here are " + String.join(", ", read));
  }
}
