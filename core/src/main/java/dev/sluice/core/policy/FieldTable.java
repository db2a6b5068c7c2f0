package dev.sluice.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fields that one place of the language has: those that are read, and those that other products
 * know there and that are refused by name, with what to write instead. No field is ever passed
 * over.
 */
final class FieldTable {
  private final Set<String> read;
  private final Map<String, String> outside;

  private FieldTable(Set<String> read, Map<String, String> outside) {
    this.read = read;
    this.outside = outside;
  }

  static FieldTable of(String... read) {
    return new FieldTable(new TreeSet<>(List.of(read)), new TreeMap<>());
  }

  /** Adds a field that is read. */
  FieldTable and(String field) {
    Set<String> more = new TreeSet<>(read);
    more.add(field);
    return new FieldTable(more, outside);
  }

  /**
   * Adds a field that is known and never read.
   *
   * @param instead why, and what to write in its place: the end of the sentence
   */
  FieldTable outside(String field, String instead) {
    Map<String, String> more = new TreeMap<>(outside);
    more.put(field, instead);
    return new FieldTable(read, more);
  }

  /**
   * Refuses every field of the object that is not read here.
   *
   * @return whether all fields are known: a field that seems missing beside an unknown one is most
   *     likely only misspelt
   */
  boolean check(Map<String, Object> object, String path, Reading reading) {
    boolean known = true;
    for (Map.Entry<String, Object> field : object.entrySet()) {
      String name = field.getKey();
      if (read.contains(name) || outside.containsKey(name) && field.getValue() == null) {
        continue;
      }
      if (outside.containsKey(name)) {
        reading.refuse("unsupported-field", Reading.at(path, name), name + " " + outside.get(name));
      } else {
        known = false;
        reading.refuse("unknown-field", Reading.at(path, name), unknown(name));
      }
    }
    return known;
  }

  private String unknown(String name) {
    return Nearest.of(name, read)
        .or(() -> Nearest.of(name, outside.keySet()).filter(match -> match.edits() == 1))
        .map(match -> "unknown field " + name + ": did you mean " + match.word() + "?")
        .orElse("unknown field " + name + ": the fields here are " + String.join(", ", read));
  }
}
