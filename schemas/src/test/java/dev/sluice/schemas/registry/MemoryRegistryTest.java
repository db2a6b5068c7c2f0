package dev.sluice.schemas.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class MemoryRegistryTest {
  private static final Schema OLD = record("{\"name\":\"a\",\"type\":\"int\"}");
  private static final Schema WIDER =
      record("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\",\"default\":0}");
  private static final Schema OTHER = record("{\"name\":\"c\",\"type\":\"int\"}");

  @Test
  void oneSchemaHasOneIdInAllSubjects() {
    MemoryRegistry registry = new MemoryRegistry();
    int id = registry.register("a", OLD);
    assertEquals(id, registry.register("a", OLD));
    assertEquals(id, registry.register("b", OLD));
    assertEquals(id + 1, registry.register("b", WIDER));
    assertEquals(2, registry.latest("b").orElseThrow().version());
    assertEquals(WIDER, registry.schema(id + 1));
    assertEquals(Optional.empty(), registry.latest("c"));
    assertEquals(
        404, assertThrows(RegistryException.class, () -> registry.schema(id + 2)).status());
  }

  @Test
  void theLevelDecidesWhatIsLetIn() {
    MemoryRegistry registry = new MemoryRegistry();
    registry.setCompatibility("a", "BACKWARD_TRANSITIVE");
    registry.register("a", OLD);
    assertTrue(registry.compatible("a", WIDER));
    RegistryException refused =
        assertThrows(RegistryException.class, () -> registry.register("a", OTHER));
    assertEquals(409, refused.status());
  }

  @Test
  void levelsLookInTheirOwnDirection() {
    assertEquals(List.of(), CompatibilityLevel.BACKWARD.violations(WIDER, List.of(OLD)));
    assertEquals(List.of(), CompatibilityLevel.FULL.violations(WIDER, List.of(OLD)));
    assertEquals(List.of(), CompatibilityLevel.NONE.violations(OTHER, List.of(OLD)));
    assertEquals(
        List.of("READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0: c (with version 1 as writer)"),
        CompatibilityLevel.BACKWARD.violations(OTHER, List.of(OLD)));
    assertEquals(
        List.of("READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0: a (with version 1 as reader)"),
        CompatibilityLevel.FORWARD.violations(OTHER, List.of(OLD)));
  }

  private static Schema record(String fields) {
    return SchemaText.parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}");
  }
}
