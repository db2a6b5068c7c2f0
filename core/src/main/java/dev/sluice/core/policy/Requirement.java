package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import java.util.Collection;
import java.util.List;

/**
 * One condition on a label set.
 *
 * @param source label source; {@link #ANY} for whichever
 * @param values sorted and distinct; empty for EXISTS and DOES_NOT_EXIST
 */
public record Requirement(String source, String key, Operator operator, List<String> values)
    implements Comparable<Requirement> {
  /** A selector's key without a source means a label of any source. */
  public static final String ANY = "any";

  /** Kubernetes' operators of a label selector. */
  public enum Operator {
    IN,
    NOT_IN,
    EXISTS,
    DOES_NOT_EXIST
  }

  public Requirement {
    values = values.stream().sorted().distinct().toList();
  }

  public static Requirement in(String source, String key, Collection<String> values) {
    return new Requirement(source, key, Operator.IN, List.copyOf(values));
  }

  public static Requirement exists(String source, String key) {
    return new Requirement(source, key, Operator.EXISTS, List.of());
  }

  /** Whether a set with these labels meets the condition. */
  public boolean matches(LabelSet labels) {
    return switch (operator) {
      case IN -> holdsOneOfTheValues(labels);
      case NOT_IN -> !holdsOneOfTheValues(labels);
      case EXISTS -> isThere(labels);
      case DOES_NOT_EXIST -> !isThere(labels);
    };
  }

  /** Whether a label has this condition's source and key. */
  public boolean isAbout(Label label) {
    return key.equals(label.key()) && (source.equals(ANY) || source.equals(label.source()));
  }

  private boolean isThere(LabelSet labels) {
    for (Label label : labels.labels()) {
      if (isAbout(label)) {
        return true;
      }
    }
    return false;
  }

  private boolean holdsOneOfTheValues(LabelSet labels) {
    for (Label label : labels.labels()) {
      if (isAbout(label) && values.contains(label.value())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int compareTo(Requirement other) {
    return toString().compareTo(other.toString());
  }

  /** {@code any:app=web}, {@code any:app in (a,b)}, {@code !any:app}, {@code reserved:host}. */
  @Override
  public String toString() {
    String name = source + ":" + key;
    return switch (operator) {
      case IN ->
          values.size() == 1
              ? name + "=" + values.getFirst()
              : name + " in (" + String.join(",", values) + ")";
      case NOT_IN -> name + " notin (" + String.join(",", values) + ")";
      case EXISTS -> name;
      case DOES_NOT_EXIST -> "!" + name;
    };
  }
}
