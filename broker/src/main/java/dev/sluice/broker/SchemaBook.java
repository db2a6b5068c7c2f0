package dev.sluice.broker;

import dev.sluice.schemas.registry.CompatibilityLevel;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.registry.SchemaText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * What the registry knows: a fold of its topic's records. {@link #register} decides and changes
 * nothing; {@link #apply} changes and decides nothing. Refusals carry Confluent's error codes. For
 * one thread at a time.
 */
final class SchemaBook {
  static final int NO_SUBJECT = 40401;
  static final int NO_VERSION = 40402;
  static final int NO_SCHEMA = 40403;
  static final int NO_LEVEL = 40408;
  static final int BAD_SCHEMA = 42201;
  static final int BAD_VERSION = 42202;

  /** As the product's subjects are meant, whoever makes them; Confluent's default is BACKWARD. */
  private static final CompatibilityLevel DEFAULT_LEVEL = CompatibilityLevel.BACKWARD_TRANSITIVE;

  /**
   * @param text canonical: what Avro prints for {@code schema}
   */
  record Version(String subject, int version, int id, String text, Schema schema) {}

  /** The outcome of a registration: the id, and what is to be written when it is new. */
  record Registration(int id, Optional<RegistryRecord> record) {}

  private final Map<String, TreeMap<Integer, Version>> subjects = new TreeMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final Map<Integer, String> texts = new TreeMap<>();
  private final Map<String, CompatibilityLevel> levels = new HashMap<>();
  private CompatibilityLevel globalLevel = DEFAULT_LEVEL;
  private int lastId;

  void apply(RegistryRecord record) {
    switch (record) {
      case RegistryRecord.SchemaAdded(String subject, int version, int id, String text) -> {
        Schema schema = SchemaText.parse(text);
        subjects
            .computeIfAbsent(subject, name -> new TreeMap<>())
            .put(version, new Version(subject, version, id, schema.toString(), schema));
        ids.putIfAbsent(schema.toString(), id);
        texts.putIfAbsent(id, schema.toString());
        lastId = Math.max(lastId, id);
      }
      case RegistryRecord.LevelSet(var subject, var level) -> {
        if (subject.isEmpty()) {
          globalLevel = level.orElse(DEFAULT_LEVEL);
        } else if (level.isEmpty()) {
          levels.remove(subject.get());
        } else {
          levels.put(subject.get(), level.get());
        }
      }
    }
  }

  /**
   * @throws RegistryException 409 when the subject's level does not let the schema in
   */
  Registration register(String subject, Schema schema) {
    Optional<Version> there = find(subject, schema);
    if (there.isPresent()) {
      return new Registration(there.get().id(), Optional.empty());
    }
    List<String> violations = level(subject).violations(schema, schemas(subject));
    if (!violations.isEmpty()) {
      throw new RegistryException(
          409,
          409,
          "Schema being registered is incompatible with an earlier schema for subject \"%s\": %s"
              .formatted(subject, String.join("; ", violations)));
    }
    int id = ids.getOrDefault(schema.toString(), lastId + 1);
    TreeMap<Integer, Version> versions = subjects.get(subject);
    int version = versions == null ? 1 : versions.lastKey() + 1;
    return new Registration(
        id, Optional.of(new RegistryRecord.SchemaAdded(subject, version, id, schema.toString())));
  }

  /** The version of a subject that is this schema. */
  Optional<Version> find(String subject, Schema schema) {
    String text = schema.toString();
    return subjects.getOrDefault(subject, new TreeMap<>()).values().stream()
        .filter(version -> version.text().equals(text))
        .findFirst();
  }

  /** Why a schema may not follow; empty when it may. */
  List<String> violations(String subject, Optional<Version> only, Schema schema) {
    return level(subject)
        .violations(schema, only.map(v -> List.of(v.schema())).orElseGet(() -> schemas(subject)));
  }

  List<String> subjects() {
    return List.copyOf(subjects.keySet());
  }

  /**
   * @throws RegistryException 404 when there is no such subject
   */
  List<Version> versions(String subject) {
    if (!subjects.containsKey(subject)) {
      throw new RegistryException(404, NO_SUBJECT, "Subject '" + subject + "' not found.");
    }
    return List.copyOf(subjects.get(subject).values());
  }

  /**
   * @param which a number, {@code latest} or -1
   * @throws RegistryException 404 when there is no such subject or version, 422 for other texts
   */
  Version version(String subject, String which) {
    List<Version> versions = versions(subject);
    if (which.equals("latest") || which.equals("-1")) {
      return versions.getLast();
    }
    if (!which.matches("[1-9]\\d{0,8}")) {
      throw new RegistryException(
          422,
          BAD_VERSION,
          "The specified version '"
              + which
              + "' is not a valid version id. Allowed values are between [1, 2^31-1] and the string"
              + " \"latest\"");
    }
    int number = Integer.parseInt(which);
    return versions.stream()
        .filter(version -> version.version() == number)
        .findFirst()
        .orElseThrow(
            () -> new RegistryException(404, NO_VERSION, "Version " + number + " not found."));
  }

  /**
   * @throws RegistryException 404 when no schema has the id
   */
  String text(int id) {
    String text = texts.get(id);
    if (text == null) {
      throw new RegistryException(404, NO_SCHEMA, "Schema " + id + " not found");
    }
    return text;
  }

  /** Every version, of any subject, that has the id. */
  List<Version> uses(int id) {
    text(id);
    return subjects.values().stream()
        .flatMap(versions -> versions.values().stream())
        .filter(version -> version.id() == id)
        .toList();
  }

  CompatibilityLevel globalLevel() {
    return globalLevel;
  }

  /** The subject's own level. */
  Optional<CompatibilityLevel> ownLevel(String subject) {
    return Optional.ofNullable(levels.get(subject));
  }

  /**
   * @throws RegistryException 422 when it is not an Avro schema
   */
  static Schema parse(String text) {
    try {
      return SchemaText.parse(text);
    } catch (AvroRuntimeException e) {
      throw new RegistryException(422, BAD_SCHEMA, "Invalid schema: " + e.getMessage());
    }
  }

  private CompatibilityLevel level(String subject) {
    return ownLevel(subject).orElse(globalLevel);
  }

  private List<Schema> schemas(String subject) {
    List<Schema> schemas = new ArrayList<>();
    subjects
        .getOrDefault(subject, new TreeMap<>())
        .values()
        .forEach(version -> schemas.add(version.schema()));
    return schemas;
  }
}
