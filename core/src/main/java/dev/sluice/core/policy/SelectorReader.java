package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a label selector and confines it to a namespace, as Cilium does: a key may carry its source
 * ({@code k8s:}, {@code any:}, {@code reserved:}), a bare key means any source.
 */
final class SelectorReader {
  private static final FieldTable FIELDS = FieldTable.of("matchLabels", "matchExpressions");
  private static final FieldTable EXPRESSION = FieldTable.of("key", "operator", "values");
  private static final List<String> SOURCES = List.of(Requirement.ANY, Label.K8S, Label.RESERVED);

  /** In the order of {@link Requirement.Operator}. */
  private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist");

  /** Part of a key after the slash, and a value: as Kubernetes has them. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?");

  private static final Pattern DNS =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final int LONGEST_NAME = 63;

  private final Reading reading;
  private final String namespace;

  /**
   * @param namespace of the policy, to which its selectors are confined
   */
  SelectorReader(Reading reading, String namespace) {
    this.reading = reading;
    this.namespace = namespace;
  }

  /** Whom a policy is for: always of the policy's own namespace. */
  Optional<LabelSelector> subject(Object value, String path) {
    return requirements(value, path)
        .map(
            all -> {
              boolean foreign = all.stream().anyMatch(this::namesAnotherNamespace);
              if (foreign) {
                reading.warn(
                    "namespace-forced",
                    path,
                    "a policy is for endpoints of its own namespace: the namespace named here is"
                        + " read as "
                        + namespace);
              }
              List<Requirement> own =
                  new ArrayList<>(all.stream().filter(one -> !namesAnotherNamespace(one)).toList());
              own.add(Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of(namespace)));
              return LabelSelector.of(own);
            });
  }

  /** A peer: of the policy's namespace unless the selector says which. */
  Optional<LabelSelector> peer(Object value, String path) {
    return requirements(value, path)
        .map(
            all -> {
              if (all.stream().noneMatch(SelectorReader::saysWhere)) {
                all.add(Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of(namespace)));
              }
              return LabelSelector.of(all);
            });
  }

  private boolean namesAnotherNamespace(Requirement one) {
    return one.operator() == Requirement.Operator.IN
        && one.key().equals(LabelSelector.POD_NAMESPACE)
        && !one.values().contains(namespace);
  }

  private static boolean saysWhere(Requirement one) {
    return one.source().equals(Label.RESERVED)
        || one.key().equals(LabelSelector.POD_NAMESPACE)
        || one.key().startsWith(LabelSelector.NAMESPACE_LABELS);
  }

  /** The conditions as written; empty when anything in the selector was refused. */
  private Optional<List<Requirement>> requirements(Object value, String path) {
    int before = reading.findings().size();
    List<Requirement> all = new ArrayList<>();
    reading
        .object(value, path, "write {} or matchLabels: {app: backend}")
        .ifPresent(
            selector -> {
              FIELDS.check(selector, path, reading);
              matchLabels(selector.get("matchLabels"), Reading.at(path, "matchLabels"), all);
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
                expression(expressions.get(i), at).ifPresent(all::add);
              }
            });
    return reading.findings().size() == before ? Optional.of(all) : Optional.empty();
  }

  private void matchLabels(Object value, String path, List<Requirement> all) {
    if (value == null) {
      return;
    }
    Map<String, Object> labels =
        reading.object(value, path, "write {app: backend}").orElse(Map.of());
    labels.forEach(
        (typed, wanted) -> {
          String at = Reading.at(path, typed);
          Optional<Label> key = key(typed, at);
          Optional<String> text = reading.string(wanted, typed, at).filter(v -> isValue(v, at));
          if (key.isPresent() && text.isPresent()) {
            all.add(equal(key.get(), text.get()));
          }
        });
  }

  /** A reserved label has no value, so that equality with none is existence. */
  private static Requirement equal(Label key, String value) {
    return key.source().equals(Label.RESERVED) && value.isEmpty()
        ? Requirement.exists(key.source(), key.key())
        : Requirement.in(key.source(), key.key(), List.of(value));
  }

  private Optional<Requirement> expression(Object value, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {key: app, operator: In, values: [backend]}");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    EXPRESSION.check(object.get(), path, reading);
    Optional<String> typed = reading.string(object.get(), "key", path);
    if (typed.isEmpty() && object.get().get("key") == null) {
      reading.refuse("missing-field", Reading.at(path, "key"), "key is missing: name a label");
    }
    Optional<Label> key = typed.flatMap(text -> key(text, Reading.at(path, "key")));
    Optional<Requirement.Operator> operator = operator(object.get(), path);
    List<String> values = values(object.get(), path);
    if (operator.isEmpty()) {
      return Optional.empty();
    }
    boolean takesValues =
        operator.get() == Requirement.Operator.IN || operator.get() == Requirement.Operator.NOT_IN;
    boolean hasValues = object.get().get("values") instanceof List<?> list && !list.isEmpty();
    if (takesValues && !hasValues) {
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

  private Optional<Requirement.Operator> operator(Map<String, Object> object, String path) {
    String at = Reading.at(path, "operator");
    if (object.get("operator") == null) {
      reading.refuse(
          "missing-field", at, "operator is missing: write one of " + String.join(", ", OPERATORS));
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
      reading.string(list.get(i), "value", at).filter(v -> isValue(v, at)).ifPresent(values::add);
    }
    return values;
  }

  /** A key with its source, as a label without a value. */
  private Optional<Label> key(String typed, String path) {
    int colon = typed.indexOf(':');
    String source = colon < 0 ? Requirement.ANY : typed.substring(0, colon);
    String key = typed.substring(colon + 1);
    if (!SOURCES.contains(source)) {
      reading.refuse(
          "bad-value",
          path,
          "label source "
              + source
              + ": is not supported by this version: write "
              + String.join(", ", SOURCES.stream().map(s -> s + ":").toList())
              + " or no source");
      return Optional.empty();
    }
    if (!isKey(key)) {
      reading.refuse(
          "bad-value",
          path,
          "\""
              + key
              + "\" is no label key: write name or dns.prefix/name, name of letters, digits,"
              + " '-', '_' and '.', at most 63");
      return Optional.empty();
    }
    return Optional.of(new Label(source, key, ""));
  }

  private static boolean isKey(String key) {
    // Labels of a namespace arrive under a prefix, which may make a lawful name longer than 63.
    String rest =
        key.startsWith(LabelSelector.NAMESPACE_LABELS)
            ? key.substring(LabelSelector.NAMESPACE_LABELS.length())
            : key;
    String[] parts = rest.split("/", -1);
    String name = parts[parts.length - 1];
    return parts.length <= 2
        && (parts.length == 1 || DNS.matcher(parts[0]).matches())
        && name.length() <= LONGEST_NAME
        && NAME.matcher(name).matches();
  }

  private boolean isValue(String value, String path) {
    boolean lawful =
        value.isEmpty() || value.length() <= LONGEST_NAME && NAME.matcher(value).matches();
    if (!lawful) {
      reading.refuse(
          "bad-value",
          path,
          "\""
              + value
              + "\" is no label value: at most 63 letters, digits, '-', '_' and '.',"
              + " beginning and ending with a letter or digit");
    }
    return lawful;
  }
}
