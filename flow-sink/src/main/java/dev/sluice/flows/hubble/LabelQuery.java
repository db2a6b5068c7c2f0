package dev.sluice.flows.hubble;

import dev.sluice.core.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Kubernetes label selector as {@code --label} takes it. A key may name its source ({@code
 * k8s:app}); without one any source matches.
 */
final class LabelQuery {
  private static final Pattern SET =
      Pattern.compile("\\s*(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*", Pattern.CASE_INSENSITIVE);

  private final List<Predicate<List<Label>>> requirements;

  private LabelQuery(List<Predicate<List<Label>>> requirements) {
    this.requirements = requirements;
  }

  /**
   * @throws IllegalArgumentException when the text is no selector
   */
  static LabelQuery parse(String text) {
    List<Predicate<List<Label>>> requirements = new ArrayList<>();
    for (String term : text.split(",(?![^(]*\\))")) {
      requirements.add(requirement(term.strip()));
    }
    return new LabelQuery(requirements);
  }

  boolean matches(List<String> texts) {
    List<Label> labels = texts.stream().map(Label::parse).toList();
    return requirements.stream().allMatch(requirement -> requirement.test(labels));
  }

  private static Predicate<List<Label>> requirement(String term) {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      Set<String> values = Set.copyOf(List.of(set.group(3).strip().split("\\s*,\\s*")));
      Predicate<List<Label>> in = has(set.group(1), values::contains);
      return set.group(2).equalsIgnoreCase("in") ? in : in.negate();
    }
    if (term.isEmpty()) {
      throw new IllegalArgumentException(
          "a label selector is empty; write key, key=value or key in (a,b)");
    }
    if (term.startsWith("!")) {
      return has(term.substring(1), value -> true).negate();
    }
    int unequal = term.indexOf("!=");
    if (unequal > 0) {
      String value = term.substring(unequal + 2);
      return has(term.substring(0, unequal), value::equals).negate();
    }
    int equal = term.indexOf('=');
    if (equal > 0) {
      String value = term.substring(equal + (term.startsWith("==", equal) ? 2 : 1));
      return has(term.substring(0, equal), value::equals);
    }
    return has(term, value -> true);
  }

  private static Predicate<List<Label>> has(String key, Predicate<String> value) {
    Label wanted = Label.parse(key.strip());
    boolean anySource = wanted.source().equals("unspec") || wanted.source().equals("any");
    return labels ->
        labels.stream()
            .anyMatch(
                label ->
                    label.key().equals(wanted.key())
                        && (anySource || label.source().equals(wanted.source()))
                        && value.test(label.value()));
  }
}
