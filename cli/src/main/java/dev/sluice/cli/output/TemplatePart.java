package dev.sluice.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;

/** A piece of a jsonpath template. */
sealed interface TemplatePart {
  /** Appends what this piece prints when the current element is {@code at}. */
  void print(JsonNode at, StringBuilder out);

  /** Text between braces' parts, or a quoted literal. */
  record Text(String text) implements TemplatePart {
    @Override
    public void print(JsonNode at, StringBuilder out) {
      out.append(text);
    }
  }

  /** A path; strings print bare, everything else as compact JSON. */
  record Path(List<PathStep> steps) implements TemplatePart {
    @Override
    public void print(JsonNode at, StringBuilder out) {
      out.append(
          PathStep.walk(steps, at).stream()
              .map(node -> node.isTextual() ? node.textValue() : node.toString())
              .collect(Collectors.joining(" ")));
    }
  }

  /** {@code range PATH … end}. */
  record Range(List<PathStep> steps, List<TemplatePart> body) implements TemplatePart {
    @Override
    public void print(JsonNode at, StringBuilder out) {
      for (JsonNode element : PathStep.walk(steps, at)) {
        body.forEach(part -> part.print(element, out));
      }
    }
  }
}
