package dev.sluice.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;

/**
 * Schemas as text for others: without the hints for Java's string class that the code generator
 * leaves in.
 */
public final class SchemaText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaText() {}

  public static Schema parse(String text) {
    return new Schema.Parser().parse(text);
  }

  /** The schema without Java's hints; documentation stays. */
  public static Schema portable(Schema schema) {
    return parse(tree(schema, false).toString());
  }

  /** The text that says whether two schemas are the same: no hints, no documentation. */
  public static String essence(Schema schema) {
    return tree(schema, true).toString();
  }

  /** Indented, for a file that people read. */
  public static String pretty(Schema schema) {
    return tree(schema, false).toPrettyString() + "\n";
  }

  private static JsonNode tree(Schema schema, boolean withoutDoc) {
    try {
      return strip(JSON.readTree(schema.toString()), withoutDoc);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a schema prints as JSON", e);
    }
  }

  private static JsonNode strip(JsonNode node, boolean withoutDoc) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, strip(array.get(i), withoutDoc));
      }
      return array;
    }
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    object.remove("avro.java.string");
    if (withoutDoc && object.path("doc").isTextual()) {
      object.remove("doc");
    }
    for (String child : new String[] {"type", "fields", "items", "values"}) {
      if (object.has(child)) {
        object.set(child, strip(object.get(child), withoutDoc));
      }
    }
    return object.size() == 1 && object.path("type").isTextual() ? object.get("type") : object;
  }
}
