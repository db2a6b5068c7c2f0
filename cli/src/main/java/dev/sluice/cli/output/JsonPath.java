package dev.sluice.cli.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A kubectl jsonpath template: text with {@code {…}} parts, for example {@code
 * {[0].status.policy.realized.policy-revision}} or {@code {range .items[*]}{.name}{"\n"}{end}}.
 *
 * <p>What it knows: {@code $}, {@code @}, {@code .key} (with {@code \.} for a dot in a key), {@code
 * ['key']}, {@code [n]}, {@code [-1]}, {@code [a:b]}, {@code [*]}, {@code .*}, {@code ..key},
 * {@code [?(@.a=="b")]} with {@code == != < <= > >=} or none for "exists", quoted literals, {@code
 * range} and {@code end}. Several results of one part are separated by a blank, a missing one
 * prints nothing, as kubectl does. Immutable.
 */
public final class JsonPath {
  private final List<TemplatePart> parts;

  private JsonPath(List<TemplatePart> parts) {
    this.parts = parts;
  }

  /**
   * Reads a template. One without braces is taken as one path.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static JsonPath parse(String template) {
    return new JsonPath(new JsonPathParser(template).template());
  }

  /** What the template prints for this document; no line end is added. */
  public String apply(JsonNode document) {
    StringBuilder out = new StringBuilder();
    parts.forEach(part -> part.print(document, out));
    return out.toString();
  }
}
