package dev.sluice.schemas.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A registry inside one JVM, for tests of topologies and tools that need serdes but no Kafka. It
 * forgets everything with the process. Every schema is let in unless the subject's level says
 * otherwise.
 */
public final class MemoryRegistry implements SchemaRegistry {
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Schema> schemas = new ArrayList<>();
  private final Map<String, List<Registered>> subjects = new HashMap<>();
  private final Map<String, String> levels = new HashMap<>();

  @Override
  public synchronized int register(String subject, Schema schema) {
    Schema portable = SchemaText.portable(schema);
    List<Registered> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
    for (Registered version : versions) {
      if (version.schema().toString().equals(portable.toString())) {
        return version.id();
      }
    }
    if (!compatible(subject, portable)) {
      throw new RegistryException(409, 409, "schema is not compatible with subject " + subject);
    }
    int id =
        ids.computeIfAbsent(
            portable.toString(),
            text -> {
              schemas.add(portable);
              return schemas.size();
            });
    versions.add(new Registered(subject, versions.size() + 1, id, portable));
    return id;
  }

  @Override
  public synchronized Schema schema(int id) {
    if (id < 1 || id > schemas.size()) {
      throw new RegistryException(404, 40403, "no schema has id " + id);
    }
    return schemas.get(id - 1);
  }

  @Override
  public synchronized Optional<Registered> latest(String subject) {
    List<Registered> versions = subjects.getOrDefault(subject, List.of());
    return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
  }

  @Override
  public synchronized boolean compatible(String subject, Schema schema) {
    CompatibilityLevel level =
        CompatibilityLevel.valueOf(levels.getOrDefault(subject, CompatibilityLevel.NONE.name()));
    List<Schema> versions =
        subjects.getOrDefault(subject, List.of()).stream().map(Registered::schema).toList();
    return level.violations(schema, versions).isEmpty();
  }

  @Override
  public synchronized Optional<String> compatibility(String subject) {
    return Optional.ofNullable(levels.get(subject));
  }

  @Override
  public synchronized void setCompatibility(String subject, String level) {
    levels.put(subject, CompatibilityLevel.valueOf(level).name());
  }
}
