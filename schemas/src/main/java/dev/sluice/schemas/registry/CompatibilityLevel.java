package dev.sluice.schemas.registry;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Which schemas a subject lets in, as the Confluent registry names and defines it. */
public enum CompatibilityLevel {
  NONE(false, false, false),
  BACKWARD(true, false, false),
  BACKWARD_TRANSITIVE(true, false, true),
  FORWARD(false, true, false),
  FORWARD_TRANSITIVE(false, true, true),
  FULL(true, true, false),
  FULL_TRANSITIVE(true, true, true);

  private final boolean newReadsOld;
  private final boolean oldReadsNew;
  private final boolean transitive;

  CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean transitive) {
    this.newReadsOld = newReadsOld;
    this.oldReadsNew = oldReadsNew;
    this.transitive = transitive;
  }

  /**
   * Why a schema may not follow the versions there are; empty when it may.
   *
   * @param versions of the subject, oldest first
   */
  public List<String> violations(Schema next, List<Schema> versions) {
    List<String> violations = new ArrayList<>();
    int first = transitive ? 0 : Math.max(0, versions.size() - 1);
    for (int i = first; i < versions.size(); i++) {
      if (newReadsOld) {
        violations.addAll(violations(next, versions.get(i), "version " + (i + 1) + " as writer"));
      }
      if (oldReadsNew) {
        violations.addAll(violations(versions.get(i), next, "version " + (i + 1) + " as reader"));
      }
    }
    return violations;
  }

  private static List<String> violations(Schema reader, Schema writer, String with) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
        .getResult()
        .getIncompatibilities()
        .stream()
        .map(incompatibility -> text(incompatibility, with))
        .toList();
  }

  private static String text(Incompatibility found, String with) {
    return "%s at %s: %s (with %s)"
        .formatted(found.getType(), found.getLocation(), found.getMessage(), with);
  }
}
