package dev.sluice.core.compile;

import dev.sluice.core.label.Label;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Nearest;
import dev.sluice.core.policy.Requirement;
import java.util.List;
import java.util.Optional;

/** Why a selector selects nobody, and the nearest labels that somebody has. */
final class NearestLabels {
  private static final String NAMESPACE = LabelSelector.POD_NAMESPACE;

  /** Identities with a label that are asked for their namespace. */
  private static final int LOOKED_AT = 256;

  private final LabelIndex<Integer> inUse;

  /**
   * @param inUse the identities that anyone has
   */
  NearestLabels(LabelIndex<Integer> inUse) {
    this.inUse = inUse;
  }

  /**
   * The first condition that nobody meets: {@code no pod in shop has app=frontned; shop has
   * app=frontend, 1 edit away}.
   *
   * @param elsewhere what to do to mean pods of another namespace, with %s for its name
   */
  String reason(LabelSelector selector, String elsewhere) {
    String namespace = namespace(selector);
    for (Requirement one : selector.requirements()) {
      boolean positive =
          one.operator() == Requirement.Operator.IN
              || one.operator() == Requirement.Operator.EXISTS;
      if (positive && !one.key().equals(NAMESPACE) && nobodyHas(one, namespace)) {
        return "no pod"
            + (namespace.isEmpty() ? "" : " in " + namespace)
            + (isOfNamespace(one.key()) ? " is in a namespace with " : " has ")
            + text(one)
            + nearest(one, namespace, elsewhere);
      }
    }
    if (!namespace.isEmpty() && selector.requirements().size() == 1) {
      return "there is no pod in " + namespace;
    }
    return "no pod has all of " + selector.text();
  }

  /** The namespace that the selector asks for; empty when it is not exactly one. */
  static String namespace(LabelSelector selector) {
    List<String> namespaces =
        selector.requirements().stream()
            .filter(one -> one.key().equals(NAMESPACE))
            .filter(one -> one.operator() == Requirement.Operator.IN && one.values().size() == 1)
            .map(one -> one.values().getFirst())
            .toList();
    return namespaces.size() == 1 ? namespaces.getFirst() : "";
  }

  private boolean nobodyHas(Requirement one, String namespace) {
    return one.operator() == Requirement.Operator.IN
        ? one.values().stream().noneMatch(inUse.values(one.key(), namespace)::contains)
        : inUse.values(one.key(), namespace).isEmpty();
  }

  private String nearest(Requirement one, String namespace, String elsewhere) {
    Optional<String> other = namespace.isEmpty() ? Optional.empty() : elsewhere(one);
    if (other.isPresent()) {
      return "; " + other.get() + " has: to mean it, " + elsewhere.formatted(other.get());
    }
    if (one.operator() == Requirement.Operator.IN) {
      Optional<String> value =
          nearestValue(one, namespace, namespace)
              .or(() -> namespace.isEmpty() ? Optional.empty() : nearestValue(one, "", ""));
      if (value.isPresent()) {
        return value.get();
      }
    }
    return inUse.values(one.key(), "").isEmpty() ? nearestKey(one) : "";
  }

  private Optional<String> nearestValue(Requirement one, String namespace, String said) {
    return Nearest.among(one.values().getFirst(), inUse.values(one.key(), namespace))
        .map(
            match -> {
              String where = said.isEmpty() ? holder(one.key(), match.word()) : said;
              return "; %s has %s=%s, %d edit%s away"
                  .formatted(
                      where,
                      shown(one.key()),
                      match.word(),
                      match.edits(),
                      match.edits() == 1 ? "" : "s");
            });
  }

  private String nearestKey(Requirement one) {
    return Nearest.among(one.key(), inUse.keys())
        .map(
            match ->
                (isOfNamespace(match.word()) ? "; some namespace has" : "; some pod has")
                    + " the label "
                    + shown(match.word())
                    + ", did you mean that?")
        .orElse("");
  }

  /** A namespace, not the one asked for, in which a pod meets the condition. */
  private Optional<String> elsewhere(Requirement one) {
    return inUse.select(LabelSelector.of(one), LOOKED_AT).stream()
        .map(this::namespaceOf)
        .filter(name -> !name.isEmpty())
        .sorted()
        .findFirst();
  }

  private String holder(String key, String value) {
    Requirement has = Requirement.in(Requirement.ANY, key, List.of(value));
    return elsewhere(has).orElse("somebody");
  }

  private String namespaceOf(int number) {
    return inUse.labels(number).value(Label.K8S, NAMESPACE).orElse("");
  }

  /** Whether a pod has labels of this key from its namespace. */
  private static boolean isOfNamespace(String key) {
    return key.startsWith(LabelSelector.NAMESPACE_LABELS);
  }

  /** A key as it is written where the label stands. */
  private static String shown(String key) {
    return isOfNamespace(key) ? key.substring(LabelSelector.NAMESPACE_LABELS.length()) : key;
  }

  private static String text(Requirement one) {
    String key = shown(one.key());
    return switch (one.operator()) {
      case EXISTS -> "the label " + key;
      case IN ->
          one.values().size() == 1
              ? key + "=" + one.values().getFirst()
              : key + " in (" + String.join(",", one.values()) + ")";
      case NOT_IN, DOES_NOT_EXIST -> throw new IllegalArgumentException("asks for nothing: " + one);
    };
  }
}
