package dev.sluice.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One step of a jsonpath: from an element to the elements it leads to, in document order. */
sealed interface PathStep {
  void from(JsonNode node, Consumer<JsonNode> to);

  /** All elements that the steps lead to. */
  static List<JsonNode> walk(List<PathStep> steps, JsonNode start) {
    List<JsonNode> at = List.of(start);
    for (PathStep step : steps) {
      List<JsonNode> next = new ArrayList<>();
      at.forEach(node -> step.from(node, next::add));
      at = next;
    }
    return at;
  }

  record Key(String key) implements PathStep {
    @Override
    public void from(JsonNode node, Consumer<JsonNode> to) {
      JsonNode value = node.get(key);
      if (value != null) {
        to.accept(value);
      }
    }
  }

  record Every() implements PathStep {
    @Override
    public void from(JsonNode node, Consumer<JsonNode> to) {
      node.forEach(to);
    }
  }

  /** The element itself and everything below it; {@code ..key} is this and then the key. */
  record Below() implements PathStep {
    @Override
    public void from(JsonNode node, Consumer<JsonNode> to) {
      to.accept(node);
      node.forEach(child -> from(child, to));
    }
  }

  /** A negative index counts from the end. */
  record Index(int index) implements PathStep {
    @Override
    public void from(JsonNode node, Consumer<JsonNode> to) {
      JsonNode value = node.isArray() ? node.get(index < 0 ? node.size() + index : index) : null;
      if (value != null) {
        to.accept(value);
      }
    }
  }

  /** From {@code first} to before {@code last}; {@code last} 0 means the end. */
  record Slice(int first, int last) implements PathStep {
    @Override
    public void from(JsonNode node, Consumer<JsonNode> to) {
      int size = node.isArray() ? node.size() : 0;
      int begin = Math.max(0, first < 0 ? size + first : first);
      int end = Math.min(size, last <= 0 ? size + last : last);
      for (int i = begin; i < end; i++) {
        to.accept(node.get(i));
      }
    }
  }

  /** {@code [?(@.path OP literal)]}; an empty operator asks whether the path leads anywhere. */
  record Filter(List<PathStep> path, String operator, JsonNode literal) implements PathStep {
    @Override
    public void from(JsonNode node, Consumer<JsonNode> to) {
      node.forEach(
          element -> {
            if (walk(path, element).stream().anyMatch(this::holds)) {
              to.accept(element);
            }
          });
    }

    private boolean holds(JsonNode value) {
      if (operator.isEmpty()) {
        return true;
      }
      int order =
          value.isNumber() && literal.isNumber()
              ? Double.compare(value.doubleValue(), literal.doubleValue())
              : value.asText().compareTo(literal.asText());
      return switch (operator) {
        case "==" -> order == 0;
        case "!=" -> order != 0;
        case "<" -> order < 0;
        case "<=" -> order <= 0;
        case ">" -> order > 0;
        case ">=" -> order >= 0;
        default -> throw new IllegalStateException("operator " + operator);
      };
    }
  }
}
