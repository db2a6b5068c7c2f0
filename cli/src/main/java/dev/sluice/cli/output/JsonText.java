package dev.sluice.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import org.snakeyaml.engine.v2.schema.Schema;

/** JSON trees as text, in the two forms that commands print. */
public final class JsonText {
  /** The mapper of the command line: four blanks are kubectl's indent, keys keep their order. */
  public static final ObjectMapper MAPPER =
      new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  /** Text that YAML 1.1, which kubectl reads, takes for a boolean or a number. */
  private static final Pattern NO_TEXT_ELSEWHERE =
      Pattern.compile(
          "y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF"
              + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])*(\\.[0-9_]*)?|[-+]?0b[01_]+");

  private static final ScalarResolver CORE = new CoreSchema().getScalarResolver();

  private static final DumpSettings YAML =
      DumpSettings.builder()
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setSplitLines(false)
          .setIndicatorIndent(0)
          .setSchema(new QuotedWhereNeeded())
          .build();

  private JsonText() {}

  /** Says of plain text what any reader of YAML may take it for, so that it is quoted then. */
  private static final class QuotedWhereNeeded implements Schema {
    @Override
    public ScalarResolver getScalarResolver() {
      return (text, plain) -> {
        Tag tag = CORE.resolve(text, plain);
        boolean elsewhere = tag.equals(Tag.STR) && NO_TEXT_ELSEWHERE.matcher(text).matches();
        return plain && elsewhere ? Tag.BOOL : tag;
      };
    }

    @Override
    public Map<Tag, ConstructNode> getSchemaTagConstructors() {
      return Map.of(); // nothing is read
    }
  }

  /** Indented, without a line end after it. */
  public static String pretty(JsonNode tree) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree could not be written", e);
    }
  }

  /** On one line, without a line end after it. */
  public static String compact(JsonNode tree) {
    return tree.toString();
  }

  /**
   * Block style, ending with a line end; what is text is text to readers of YAML 1.1 and 1.2 alike.
   */
  public static String yaml(JsonNode tree) {
    return new Dump(YAML).dumpToString(plain(tree));
  }

  /** The tree as maps, lists, strings, numbers, booleans and nulls. */
  public static Object plain(JsonNode tree) {
    return switch (tree.getNodeType()) {
      case OBJECT -> {
        Map<String, Object> map = new LinkedHashMap<>();
        tree.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<Object> list = new java.util.ArrayList<>();
        tree.forEach(element -> list.add(plain(element)));
        yield list;
      }
      case STRING -> tree.textValue();
      case NUMBER -> tree.numberValue();
      case BOOLEAN -> tree.booleanValue();
      case NULL, MISSING -> null;
      case BINARY, POJO -> tree.asText();
    };
  }
}
