package dev.sluice.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** JSON trees as text, in the two forms that commands print. */
public final class JsonText {
  /** The mapper of the command line: four blanks are kubectl's indent, keys keep their order. */
  public static final ObjectMapper MAPPER =
      new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  private JsonText() {}

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

  /** Block style, ending with a line end. */
  public static String yaml(JsonNode tree) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setSplitLines(false)
            .setIndicatorIndent(0)
            .build();
    return new Dump(settings).dumpToString(plain(tree));
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
