package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the form of a label selector: matchLabels and matchExpressions. Adds no condition. */
final class SelectorReader {
  private static final FieldTable FIELDS = FieldTable.of("matchLabels", "matchExpressions");
  private static final FieldTable EXPRESSION = FieldTable.of("key", "operator", "values");

  /** In the order of {@link Requirement.Operator}. */
  private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist");

  private final Reading reading;

  SelectorReader(Reading reading) {
    this.reading = reading;
  }

  /** The conditions as written; empty when anything in the selector was refused. */
  Optional<List<Requirement>> read(Object value, String path, KeyDialect keys) {
    int before = reading.findings().size();
    List<Requirement> all = new ArrayList<>();
    reading
        .object(value, path, "write {} or matchLabels: {app: backend}")
        .ifPresent(
            selector -> {
              FIELDS.check(selector, path, reading);
              matchLabels(selector.get("matchLabels"), Reading.at(path, "matchLabels"), keys, all);
              List<?> expressions =
                  reading
                      .list(
                          selector,
                          "matchExpressions",
                          path,
                          "write a list of {key: …, operator: In, values: […]}")
                      .orElse(List.of());
              for (int i = 0; i < expressions.size(); i++) {
                String at = Reading.at(Reading.at(path, "matchExpressions"), i);
                expression(expressions.get(i), at, keys).ifPresent(all::add);
              }
            });
    return reading.findings().size() == before ? Optional.of(all) : Optional.empty();
  }

  private void matchLabels(Object value, String path, KeyDialect keys, List<Requirement> all) {
    if (value == null) {
      return;
    }
    Map<String, Object> labels =
        reading.object(value, path, "write {app: backend}").orElse(Map.of());
    labels.forEach(
        (typed, wanted) -> {
          String at = Reading.at(path, typed);
          Optional<Label> key = keys.read(typed, at, reading);
          Optional<String> text = reading.string(wanted, typed, at).filter(v -> isValue(v, at));
          if (key.isPresent() && text.isPresent()) {
            equal(key.get(), text.get(), at).ifPresent(all::add);
          }
        });
  }

  /** A reserved label has no value, so that equality with none is existence. */
  private Optional<Requirement> equal(Label key, String value, String path) {
    if (!key.source().equals(Label.RESERVED)) {
      return Optional.of(Requirement.in(key.source(), key.key(), List.of(value)));
    }
    if (value.isEmpty()) {
      return Optional.of(Requirement.exists(key.source(), key.key()));
    }
    reading.refuse("bad-value", path, "a reserved label has no value: write " + key + ": \"\"");
    return Optional.empty();
  }

  private Optional<Requirement> expression(Object value, String path, KeyDialect keys) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {key: app, operator: In, values: [backend]}");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = EXPRESSION.check(object.get(), path, reading);
    Optional<String> typed = reading.string(object.get(), "key", path);
    if (known && object.get().get("key") == null) {
      reading.refuse("missing-field", Reading.at(path, "key"), "key is missing: name a label");
    }
    Optional<Label> key = typed.flatMap(text -> keys.read(text, Reading.at(path, "key"), reading));
    Optional<Requirement.Operator> operator = operator(object.get(), path, known);
    List<String> values = values(object.get(), path);
    if (operator.isEmpty()) {
      return Optional.empty();
    }
    boolean takesValues =
        operator.get() == Requirement.Operator.IN || operator.get() == Requirement.Operator.NOT_IN;
    boolean hasValues = object.get().get("values") instanceof List<?> list && !list.isEmpty();
    boolean says = object.get().get("values") instanceof List || object.get().get("values") == null;
    if (takesValues && says && !hasValues && known) {
      reading.refuse(
          "missing-field",
          Reading.at(path, "values"),
          object.get().get("operator") + " needs at least one value: write values: [backend]");
    } else if (!takesValues && hasValues) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "values"),
          object.get().get("operator") + " takes no values: take them out, or write In or NotIn");
    }
    return key.map(label -> new Requirement(label.source(), label.key(), operator.get(), values));
  }

  private Optional<Requirement.Operator> operator(
      Map<String, Object> object, String path, boolean known) {
    String at = Reading.at(path, "operator");
    if (object.get("operator") == null) {
      if (known) {
        reading.refuse(
            "missing-field",
            at,
            "operator is missing: write one of " + String.join(", ", OPERATORS));
      }
      return Optional.empty();
    }
    Optional<String> text = reading.string(object, "operator", path);
    return text.flatMap(
        word -> {
          int place = OPERATORS.indexOf(word);
          if (place < 0) {
            reading.refuse(
                "bad-value",
                at,
                "unknown operator " + word + ": write one of " + String.join(", ", OPERATORS));
            return Optional.empty();
          }
          return Optional.of(Requirement.Operator.values()[place]);
        });
  }

  private List<String> values(Map<String, Object> object, String path) {
    List<?> list =
        reading.list(object, "values", path, "write values: [backend]").orElse(List.of());
    List<String> values = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(Reading.at(path, "values"), i);
      reading.string(list.get(i), "", at).filter(v -> isValue(v, at)).ifPresent(values::add);
    }
    return values;
  }

  private boolean isValue(String value, String path) {
    boolean lawful = LabelSyntax.isValue(value);
    if (!lawful) {
      reading.refuse("bad-value", path, LabelSyntax.aboutValue(value));
    }
    return lawful;
  }
}
