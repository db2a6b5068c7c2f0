package dev.sluice.ingest.manifest;

import dev.sluice.core.policy.LabelSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Typed reads of a tree: a field is absent, of its type, or a wrong type with its line. */
final class Fields {
  private final Map<String, Object> values;
  private final Lines lines;
  private final String path;

  Fields(Map<String, Object> values, Lines lines, String path) {
    this.values = values;
    this.lines = lines;
    this.path = path;
  }

  int line() {
    return lines.line();
  }

  int line(String field) {
    return lines.below(field).line();
  }

  /**
   * The line of something further below, or of the nearest thing around it that is there.
   *
   * @param below its path from here: {@code spec.ports[0].port}
   */
  int lineOf(String below) {
    return lines.of(below);
  }

  String path(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  Map<String, Object> values() {
    return values;
  }

  boolean has(String field) {
    return values.get(field) != null;
  }

  /** A text that must be there and not be empty. */
  String requiredText(String field) throws ManifestException {
    String text = text(field);
    if (text == null || text.isEmpty()) {
      throw new ManifestException(
          "missing-field", line(field), path(field), "the field is missing: write it");
    }
    return text;
  }

  /** A text, or null. */
  String text(String field) throws ManifestException {
    return typed(field, String.class, "a text (in quotes)");
  }

  /** A whole number, or null. */
  Long number(String field) throws ManifestException {
    return typed(field, Long.class, "a whole number");
  }

  /** A truth value, or null. */
  Boolean flag(String field) throws ManifestException {
    return typed(field, Boolean.class, "true or false");
  }

  /** The fields of a mapping; empty when absent. */
  @SuppressWarnings("unchecked")
  Fields fields(String field) throws ManifestException {
    Map<?, ?> found = typed(field, Map.class, "a mapping");
    return new Fields(
        found == null ? Map.of() : (Map<String, Object>) found, lines.below(field), path(field));
  }

  Fields requiredFields(String field) throws ManifestException {
    if (!has(field)) {
      throw new ManifestException(
          "missing-field", line(), path(field), "the field is missing: write it");
    }
    return fields(field);
  }

  /** Checks a mapping of texts to texts. */
  void texts(String field) throws ManifestException {
    Fields texts = fields(field);
    for (String key : texts.values.keySet()) {
      if (texts.text(key) == null) {
        throw texts.wrong(key, "a text (in quotes)", null);
      }
    }
  }

  /** Checks a mapping of labels: what the API server takes as one. */
  void labels(String field) throws ManifestException {
    texts(field);
    Fields labels = fields(field);
    for (String key : labels.values.keySet()) {
      String value = labels.text(key);
      if (!LabelSyntax.isKey(key) || !LabelSyntax.isValue(value)) {
        throw new ManifestException(
            "wrong-value",
            labels.line(key),
            labels.path(key),
            LabelSyntax.isKey(key) ? LabelSyntax.aboutValue(value) : LabelSyntax.aboutKey(key));
      }
    }
  }

  /** Checks a list of one type; empty when absent. */
  List<?> list(String field, Class<?> item, String words) throws ManifestException {
    List<?> found = typed(field, List.class, "a list");
    if (found == null) {
      return List.of();
    }
    for (int i = 0; i < found.size(); i++) {
      if (!item.isInstance(found.get(i))) {
        String below = path(field) + "[" + i + "]";
        throw new ManifestException(
            "wrong-type",
            lines.of(field + "[" + i + "]"),
            below,
            "expected " + words + ", found " + describe(found.get(i)));
      }
    }
    return found;
  }

  /** The mappings of a list, each with its place; none when absent. */
  @SuppressWarnings("unchecked")
  List<Fields> items(String field) throws ManifestException {
    List<?> found = list(field, Map.class, "a mapping");
    List<Fields> items = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      String place = "[" + i + "]";
      items.add(
          new Fields(
              (Map<String, Object>) found.get(i), lines.below(field).item(i), path(field) + place));
    }
    return items;
  }

  private <T> T typed(String field, Class<T> type, String words) throws ManifestException {
    Object value = values.get(field);
    if (value != null && !type.isInstance(value)) {
      throw wrong(field, words, value);
    }
    return type.cast(value);
  }

  private ManifestException wrong(String field, String words, Object found) {
    return new ManifestException(
        "wrong-type", line(field), path(field), "expected " + words + ", found " + describe(found));
  }

  static String describe(Object value) {
    return switch (value) {
      case null -> "nothing";
      case Map<?, ?> map -> "a mapping";
      case List<?> list -> "a list";
      case String text -> "the text '" + text + "'";
      case Boolean flag -> flag + " (as are yes, on, no and off without quotes)";
      default -> "the number " + value;
    };
  }
}
