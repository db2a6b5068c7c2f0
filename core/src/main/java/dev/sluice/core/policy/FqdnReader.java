package dev.sluice.core.policy;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads a DNS name or a pattern of names, as {@code toFQDNs} and {@code rules.dns} have them. */
final class FqdnReader {
  private static final FieldTable FIELDS = FieldTable.of("matchName", "matchPattern");
  private static final Pattern NAME = Pattern.compile("[-a-zA-Z0-9_]+(\\.[-a-zA-Z0-9_]+)*\\.?");
  private static final String WRITE =
      "write matchName: api.stripe.com or matchPattern: \"*.stripe.com\"";

  private FqdnReader() {}

  /** Exactly one of {@code matchName} and {@code matchPattern}. */
  static Optional<FqdnSelector> read(Object value, String path, Reading reading) {
    Optional<Map<String, Object>> object = reading.object(value, path, WRITE);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = FIELDS.check(object.get(), path, reading);
    boolean name = object.get().get("matchName") != null;
    boolean pattern = object.get().get("matchPattern") != null;
    if (name && pattern) {
      reading.refuse(
          "conflict",
          Reading.at(path, "matchPattern"),
          "matchName and matchPattern cannot stand in one entry: write one entry for each");
      return Optional.empty();
    }
    if (!name && !pattern) {
      if (known) {
        reading.refuse("missing-field", path, "no name is given: " + WRITE);
      }
      return Optional.empty();
    }
    return name
        ? name(object.get(), Reading.at(path, "matchName"), reading)
        : pattern(object.get(), Reading.at(path, "matchPattern"), reading);
  }

  private static Optional<FqdnSelector> name(
      Map<String, Object> object, String path, Reading reading) {
    Optional<String> text = reading.string(object.get("matchName"), "matchName", path);
    if (text.isEmpty() || isName(text.get())) {
      return text.map(FqdnSelector::name);
    }
    reading.refuse(
        "bad-value",
        path,
        text.get().indexOf('*') >= 0
            ? "a name has no stars: write matchPattern: \"" + text.get() + "\""
            : "\"" + text.get() + "\" is no DNS name: write letters, digits, '-', '_' and dots");
    return Optional.empty();
  }

  private static Optional<FqdnSelector> pattern(
      Map<String, Object> object, String path, Reading reading) {
    Optional<String> text = reading.string(object.get("matchPattern"), "matchPattern", path);
    if (text.isEmpty() || FqdnSelector.isPattern(text.get())) {
      return text.map(FqdnSelector::pattern);
    }
    reading.refuse(
        "bad-value",
        path,
        "\"" + text.get() + "\" is no pattern of DNS names: write " + FqdnSelector.PATTERN_SIGNS);
    return Optional.empty();
  }

  static boolean isName(String text) {
    return text.length() <= FqdnSelector.LONGEST && NAME.matcher(text).matches();
  }
}
