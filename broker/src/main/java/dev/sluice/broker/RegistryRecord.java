package dev.sluice.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.registry.CompatibilityLevel;
import java.util.Optional;

/**
 * One record of the registry's topic. The form is that of the Confluent registry's {@code _schemas}
 * topic, so that the data can be taken to one: a JSON key with {@code keytype}, a JSON value.
 */
sealed interface RegistryRecord {

  /** A version of a subject. */
  record SchemaAdded(String subject, int version, int id, String schema) implements RegistryRecord {
    @Override
    public String key() {
      return JSON.createObjectNode()
          .put("keytype", "SCHEMA")
          .put("subject", subject)
          .put("version", version)
          .put("magic", 1)
          .toString();
    }

    @Override
    public String value() {
      return JSON.createObjectNode()
          .put("subject", subject)
          .put("version", version)
          .put("id", id)
          .put("schema", schema)
          .put("deleted", false)
          .toString();
    }
  }

  /**
   * The compatibility level of a subject or, without one, of all that have none of their own.
   *
   * @param level empty: the level was removed
   */
  record LevelSet(Optional<String> subject, Optional<CompatibilityLevel> level)
      implements RegistryRecord {
    @Override
    public String key() {
      ObjectNode key = JSON.createObjectNode().put("keytype", "CONFIG");
      return key.put("subject", subject.orElse(null)).put("magic", 0).toString();
    }

    @Override
    public String value() {
      return level
          .map(value -> JSON.createObjectNode().put("compatibilityLevel", value.name()).toString())
          .orElse(null);
    }
  }

  ObjectMapper JSON = new ObjectMapper();

  String key();

  /** Null: a tombstone. */
  String value();

  /**
   * Reads a record; empty for kinds that say nothing here (the Confluent registry's NOOP, MODE, …).
   *
   * @throws IllegalStateException when it is not JSON
   */
  static Optional<RegistryRecord> of(String keyText, String valueText) {
    try {
      JsonNode key = JSON.readTree(keyText);
      JsonNode value = valueText == null ? JSON.nullNode() : JSON.readTree(valueText);
      return switch (key.path("keytype").asText()) {
        case "SCHEMA" ->
            value.isNull()
                ? Optional.empty()
                : Optional.of(
                    new SchemaAdded(
                        key.path("subject").asText(),
                        key.path("version").asInt(),
                        value.path("id").asInt(),
                        value.path("schema").asText()));
        case "CONFIG" ->
            Optional.of(
                new LevelSet(
                    Optional.ofNullable(key.path("subject").textValue()),
                    Optional.ofNullable(value.path("compatibilityLevel").textValue())
                        .map(CompatibilityLevel::valueOf)));
        default -> Optional.empty();
      };
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the registry's topic has a record with key " + keyText, e);
    }
  }
}
