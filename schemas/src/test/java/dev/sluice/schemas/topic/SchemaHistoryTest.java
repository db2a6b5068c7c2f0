package dev.sluice.schemas.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.CommittedFile;
import dev.sluice.schemas.registry.SchemaText;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas evolve BACKWARD_TRANSITIVE: the present one reads every record ever written. */
class SchemaHistoryTest {

  static Stream<String> subjects() {
    return SchemaHistory.present().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void thePresentSchemaReadsAllVersionsAndIsTheLast(String subject) throws IOException {
    Schema present = SchemaHistory.present().get(subject);
    List<Schema> versions = SchemaHistory.versions(subject);
    assertEquals(
        List.of(),
        SchemaHistory.violations(present, versions),
        () ->
            subject
                + " could not read records that exist: give new fields a default, keep names and"
                + " types, add enum symbols only where the enum has a default");
    if (SchemaHistory.isNew(present, versions) && Boolean.getBoolean("sluice.regenerate")) {
      SchemaHistory.add(subject, present);
      return;
    }
    assertFalse(
        SchemaHistory.isNew(present, versions),
        () -> subject + " has changed: " + CommittedFile.remedy(SchemaHistoryTest.class));
  }

  @Test
  void everyVersionIsOfASubjectThatExists() throws IOException {
    try (Stream<java.nio.file.Path> directories = Files.list(SchemaHistory.ROOT)) {
      Set<String> committed =
          directories
              .map(path -> path.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(SchemaHistory.present().keySet(), committed);
    }
  }

  @Test
  void everyEnumHasADefaultSoThatSymbolsCanBeAdded() {
    SchemaHistory.present().values().forEach(SchemaHistoryTest::assertEnumDefaults);
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void anIncompatibleSchemaIsCaught(String subject) {
    List<Schema> versions = List.of(SchemaHistory.present().get(subject));
    Schema other = Schema.create(Schema.Type.LONG);
    assertFalse(SchemaHistory.violations(other, versions).isEmpty());
  }

  @Test
  void theUsualMistakesAreCaughtAndTheUsualChangesAreNot() {
    List<Schema> versions = List.of(mark("{\"name\":\"position\",\"type\":\"long\"}"));
    String position = "{\"name\":\"position\",\"type\":\"long\"}";
    assertCaught(versions, position + ",{\"name\":\"more\",\"type\":\"string\"}");
    assertCaught(versions, "{\"name\":\"position\",\"type\":\"int\"}");
    assertCaught(versions, "{\"name\":\"place\",\"type\":\"long\"}");
    assertLetIn(versions, position + ",{\"name\":\"more\",\"type\":\"string\",\"default\":\"\"}");
    assertLetIn(versions, "{\"name\":\"position\",\"type\":\"double\"}");
    assertLetIn(versions, "{\"name\":\"other\",\"type\":\"int\",\"default\":0}");
  }

  @Test
  void aChangeIsComparedWithEveryVersionNotOnlyTheLast() {
    Schema first = mark("{\"name\":\"a\",\"type\":\"string\"}");
    Schema second = mark("{\"name\":\"b\",\"type\":\"string\",\"default\":\"\"}");
    Schema third = mark("{\"name\":\"a\",\"type\":\"long\",\"default\":0}");
    assertEquals(List.of(), SchemaHistory.violations(third, List.of(second)));
    assertFalse(SchemaHistory.violations(third, List.of(first, second)).isEmpty());
  }

  private static void assertCaught(List<Schema> versions, String fields) {
    assertFalse(SchemaHistory.violations(mark(fields), versions).isEmpty(), fields);
  }

  private static void assertLetIn(List<Schema> versions, String fields) {
    assertEquals(List.of(), SchemaHistory.violations(mark(fields), versions), fields);
  }

  private static Schema mark(String fields) {
    return SchemaText.parse("{\"type\":\"record\",\"name\":\"Mark\",\"fields\":[" + fields + "]}");
  }

  private static void assertEnumDefaults(Schema schema) {
    switch (schema.getType()) {
      case ENUM -> assertTrue(schema.getEnumDefault() != null, schema.getFullName());
      case RECORD -> schema.getFields().forEach(field -> assertEnumDefaults(field.schema()));
      case UNION -> schema.getTypes().forEach(SchemaHistoryTest::assertEnumDefaults);
      case ARRAY -> assertEnumDefaults(schema.getElementType());
      case MAP -> assertEnumDefaults(schema.getValueType());
      default -> assertTrue(schema.getType() != Schema.Type.FIXED);
    }
  }
}
