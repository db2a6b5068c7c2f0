package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** YAML of tests as the trees that core reads: names are texts, whole numbers are Long. */
public final class Yaml {
  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setSchema(new CoreSchema()).build();

  private Yaml() {}

  public static Object of(String text) {
    return tree(new Load(SETTINGS).loadFromString(text));
  }

  /** Every document of the text. */
  public static List<Object> documents(String text) {
    List<Object> documents = new ArrayList<>();
    new Load(SETTINGS).loadAllFromString(text).forEach(one -> documents.add(tree(one)));
    return documents;
  }

  private static Object tree(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, below) -> fields.put(String.valueOf(key), tree(below)));
        yield fields;
      }
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(tree(item)));
        yield items;
      }
      case Integer number -> number.longValue();
      case null -> null;
      default -> value;
    };
  }
}
