package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is found while one object is read: typed access to its tree, where every surprise becomes a
 * finding with the path and with what to write instead. A field that is null counts as absent. Used
 * by one reader on one thread.
 */
final class Reading {
  private final List<Finding> findings = new ArrayList<>();

  /** Everything found so far, in the order it was found. */
  List<Finding> findings() {
    return findings;
  }

  /** Whether anything found refuses the object. */
  boolean refused() {
    return findings.stream().anyMatch(one -> one.severity() == Finding.Severity.REFUSED);
  }

  void refuse(String code, String path, String message) {
    findings.add(new Finding(Finding.Severity.REFUSED, code, path, message));
  }

  void warn(String code, String path, String message) {
    findings.add(new Finding(Finding.Severity.WARNING, code, path, message));
  }

  /** The path of a field below a path. */
  static String at(String path, String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  /** The path of a list's item. */
  static String at(String path, int index) {
    return path + "[" + index + "]";
  }

  /**
   * A value that must be an object.
   *
   * @param write what to write instead, for the message
   */
  @SuppressWarnings("unchecked")
  Optional<Map<String, Object>> object(Object value, String path, String write) {
    if (value instanceof Map<?, ?> map) {
      return Optional.of((Map<String, Object>) map);
    }
    wrongType(path, "an object", value, write);
    return Optional.empty();
  }

  /** A field that must be a list; empty when it is absent, null or refused. */
  Optional<List<?>> list(Map<String, Object> object, String field, String path, String write) {
    Object value = object.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof List<?> list) {
      return Optional.of(list);
    }
    wrongType(at(path, field), "a list", value, write);
    return Optional.empty();
  }

  /** A field that must be a string; empty when it is absent, null or refused. */
  Optional<String> string(Map<String, Object> object, String field, String path) {
    Object value = object.get(field);
    if (value == null) {
      return Optional.empty();
    }
    return string(value, field, at(path, field));
  }

  /** A value that must be a string. {@code name} is the field's; empty for a member of a list. */
  Optional<String> string(Object value, String name, String path) {
    if (value instanceof String text) {
      return Optional.of(text);
    }
    String quoted = (name.isEmpty() ? "" : name + ": ") + "\"" + value + "\"";
    String write =
        switch (value) {
          case Number unused -> "put it in quotes: " + quoted;
          // Or yes, or on: which word it was is not known any more.
          case Boolean unused -> "put the word in quotes, as in " + quoted;
          case null, default -> "write text in quotes";
        };
    wrongType(path, "a string", value, write);
    return Optional.empty();
  }

  /**
   * A string that must be there and not be empty; {@code known} as {@link FieldTable#check} says.
   */
  Optional<String> required(
      Map<String, Object> object, String field, String path, boolean known, String write) {
    Object value = object.get(field);
    if (value == null || value.equals("")) {
      if (known || value != null) {
        refuse("missing-field", at(path, field), field + " is missing: " + write);
      }
      return Optional.empty();
    }
    return string(value, field, at(path, field));
  }

  /** A field that must be a whole number in a range; empty when it is absent, null or refused. */
  Optional<Integer> number(
      Map<String, Object> object, String field, String path, int least, int most) {
    Object value = object.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof Long || value instanceof Integer)) {
      wrongType(at(path, field), "a whole number", value, instead(field, value, least, most));
      return Optional.empty();
    }
    long number = ((Number) value).longValue();
    if (number < least || number > most) {
      refuse(
          "bad-value",
          at(path, field),
          field + " is " + number + ": write a number from " + least + " to " + most);
      return Optional.empty();
    }
    return Optional.of((int) number);
  }

  private static String instead(String field, Object value, int least, int most) {
    return value instanceof String text && text.matches("[0-9]{1,5}")
        ? "take the quotes away: " + field + ": " + text
        : "write a number from " + least + " to " + most;
  }

  /** A field that must be true or false; empty when it is absent, null or refused. */
  Optional<Boolean> bool(Map<String, Object> object, String field, String path) {
    Object value = object.get(field);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Boolean truth) {
      return Optional.of(truth);
    }
    wrongType(at(path, field), "true or false", value, "write true or false without quotes");
    return Optional.empty();
  }

  void wrongType(String path, String wanted, Object value, String write) {
    refuse("wrong-type", path, "must be " + wanted + " and is " + describe(value) + ": " + write);
  }

  private static String describe(Object value) {
    return switch (value) {
      case null -> "empty";
      case Map<?, ?> unused -> "an object";
      case List<?> unused -> "a list";
      case String text -> "the string \"" + text + "\"";
      case Boolean truth -> "the boolean " + truth;
      case Number number -> "the number " + number;
      default -> "something else";
    };
  }
}
