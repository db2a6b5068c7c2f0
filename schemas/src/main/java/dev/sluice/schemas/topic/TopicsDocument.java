package dev.sluice.schemas.topic;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.SchemaText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/** The page docs/topics.md: the catalogue for people, with every field of every record. */
public final class TopicsDocument {
  private static final String HEAD =
      """
      # Topics

      <!-- Generated from Topics.java and schemas/src/main/avro: TopicsDocumentTest says how. -->

      Everything that Sluice knows and decides is a record in one of these topics. The prefix is the setting
      `topic.prefix` (here its default). Keys are Avro strings, values Avro records, both in the Confluent wire
      format (a zero byte, four bytes of schema id, Avro binary); subjects are `<topic>-key` and `<topic>-value`
      under BACKWARD_TRANSITIVE. Processes create missing topics when they start and refuse to start on one that
      differs; replication is 3 with `min.insync.replicas` 2 where there are three brokers, else 1
      (`topic.replication`).

      The topics of derived rows close every group with a row of key `mark`: everything caused by `k8s.objects` up
      to and including its position has been written before it. A tombstone carries the position that removed the
      row in the header `position` (8 bytes, big-endian).

      What is kept for a time is kept up to a day longer: Kafka forgets whole segments, and these topics begin one
      every day.

      """;

  private TopicsDocument() {}

  /** The whole page, Markdown. */
  public static String text() {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("| topic | key | partitions | kept | written by | holds |\n");
    page.append("|---|---|---|---|---|---|\n");
    for (Topic<?> topic : Topics.all()) {
      page.append(row(topic));
    }
    for (Topic<?> topic : Topics.all()) {
      page.append(section(topic));
    }
    return page.toString();
  }

  private static String row(Topic<?> topic) {
    Settings defaults = Settings.defaults();
    return "| [`%s`](#%s) | %s | %s | %s | %s | %s |\n"
        .formatted(
            topic.name(defaults),
            topic.name(defaults).replace(".", ""),
            cell(topic.keyDoc()),
            topic.partitionCount(defaults)
                + topic.partitions().map(s -> " (`" + s.key() + "`)").orElse(""),
            kept(topic),
            topic.writer(),
            cell(topic.doc()));
  }

  private static String kept(Topic<?> topic) {
    return switch (topic.cleanup()) {
      case COMPACT -> "the last of each key";
      case DELETE -> {
        Setting window = topic.retention().orElseThrow();
        yield "%s (`%s`)".formatted(window.defaultValue(), window.key());
      }
    };
  }

  private static String section(Topic<?> topic) {
    Settings defaults = Settings.defaults();
    String configuration =
        topic.configuration(defaults).entrySet().stream()
            .map(entry -> "`" + entry.getKey() + "=" + entry.getValue() + "`")
            .collect(Collectors.joining(", "));
    StringBuilder section =
        new StringBuilder(
            "\n## %s\n\nConfiguration: %s.\n".formatted(topic.name(defaults), configuration));
    Map<String, Schema> records = new LinkedHashMap<>();
    collect(SpecificData.get().getSchema(topic.valueType()), records);
    records.values().forEach(record -> section.append(table(record)));
    return section.toString();
  }

  private static void collect(Schema schema, Map<String, Schema> records) {
    switch (schema.getType()) {
      case RECORD -> {
        if (records.putIfAbsent(schema.getName(), schema) == null) {
          schema.getFields().forEach(field -> collect(field.schema(), records));
        }
      }
      case UNION -> schema.getTypes().forEach(type -> collect(type, records));
      case ARRAY -> collect(schema.getElementType(), records);
      case MAP -> collect(schema.getValueType(), records);
      default -> {}
    }
  }

  private static String table(Schema record) {
    StringBuilder table = new StringBuilder("\n**" + record.getName() + "**");
    table.append(record.getDoc() == null ? "\n\n" : ": " + record.getDoc() + "\n\n");
    table.append("| field | type | default | meaning |\n|---|---|---|---|\n");
    for (Schema.Field field : SchemaText.portable(record).getFields()) {
      table.append(
          "| %s | %s | %s | %s |\n"
              .formatted(
                  field.name(),
                  cell(type(field.schema())),
                  field.hasDefaultValue() ? "`" + value(field.defaultVal()) + "`" : "",
                  field.doc() == null ? "" : cell(field.doc())));
    }
    return table.toString();
  }

  private static String value(Object value) {
    return switch (value) {
      case String text -> "\"" + text + "\"";
      case List<?> list -> list.toString();
      case Object other when other == org.apache.avro.JsonProperties.NULL_VALUE -> "null";
      default -> value.toString();
    };
  }

  private static String type(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> schema.getName();
      case ENUM -> String.join(" \\| ", schema.getEnumSymbols());
      case ARRAY -> "list of " + type(schema.getElementType());
      case MAP -> "map of " + type(schema.getValueType());
      case UNION ->
          schema.getTypes().stream().map(TopicsDocument::type).collect(Collectors.joining(" or "));
      default ->
          schema.getLogicalType() == null
              ? schema.getType().getName()
              : schema.getLogicalType().getName();
    };
  }

  /** Text as a cell of a table: its bars and angle brackets mean themselves. */
  private static String cell(String text) {
    return text.replace("\\|", "|").replace("|", "\\|").replace("<", "&lt;");
  }
}
