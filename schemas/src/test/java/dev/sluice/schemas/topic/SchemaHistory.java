package dev.sluice.schemas.topic;

import dev.sluice.schemas.registry.CompatibilityLevel;
import dev.sluice.schemas.registry.SchemaText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;

/**
 * Every version that a subject has ever had, as committed files {@code <subject>/v<n>.avsc}: what a
 * registry that has seen every release holds. Subjects are without the prefix.
 */
final class SchemaHistory {
  /** Below the module's directory. */
  static final Path ROOT = Path.of("src/test/resources/history");

  private SchemaHistory() {}

  /** The present schema of every subject. */
  static SortedMap<String, Schema> present() {
    SortedMap<String, Schema> present = new TreeMap<>();
    for (Topic<?> topic : Topics.all()) {
      present.put(topic.suffix() + "-key", Schema.create(Schema.Type.STRING));
      present.put(
          topic.suffix() + "-value",
          SchemaText.portable(SpecificData.get().getSchema(topic.valueType())));
    }
    return present;
  }

  /** The committed versions, oldest first. */
  static List<Schema> versions(String subject) {
    List<Schema> versions = new ArrayList<>();
    for (Path file = file(subject, 1);
        Files.exists(file);
        file = file(subject, versions.size() + 1)) {
      try {
        versions.add(SchemaText.parse(Files.readString(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return versions;
  }

  /** Why a schema may not be the next version; empty when it may. */
  static List<String> violations(Schema next, List<Schema> versions) {
    return CompatibilityLevel.BACKWARD_TRANSITIVE.violations(next, versions);
  }

  /** Whether a schema differs from the newest version in more than documentation. */
  static boolean isNew(Schema schema, List<Schema> versions) {
    return versions.isEmpty()
        || !SchemaText.essence(schema).equals(SchemaText.essence(versions.getLast()));
  }

  /** Writes the next version. */
  static void add(String subject, Schema schema) throws IOException {
    Path file = file(subject, versions(subject).size() + 1);
    Files.createDirectories(file.getParent());
    Files.writeString(file, SchemaText.pretty(schema));
  }

  private static Path file(String subject, int version) {
    return ROOT.resolve(subject).resolve("v" + version + ".avsc");
  }
}
