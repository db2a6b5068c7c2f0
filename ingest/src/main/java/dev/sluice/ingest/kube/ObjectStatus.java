package dev.sluice.ingest.kube;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What topic diagnostics says of each policy, as conditions of the object: {@code Valid}, which is
 * Cilium's, {@code Warned} and {@code Noted}. No IO; not thread safe.
 */
final class ObjectStatus {
  private static final Set<Severity> REFUSALS = Set.of(Severity.REFUSED);
  private static final Set<Severity> WARNINGS = Set.of(Severity.WARNING, Severity.ERROR);
  private static final Set<Severity> NOTES = Set.of(Severity.NOTE);
  private static final Set<String> TYPES = Set.of("Valid", "Warned", "Noted");

  private final TreeMap<ObjectKey, TreeMap<String, Diagnostic>> told = new TreeMap<>();

  /**
   * Takes a row of the topic; null clears it.
   *
   * @param key {@code kind/namespace/name|code|writer}
   * @return whose conditions may be others now
   */
  ObjectKey seen(String key, Diagnostic row) {
    ObjectKey object = ObjectKey.parse(key.substring(0, key.indexOf('|')));
    if (row != null) {
      told.computeIfAbsent(object, unused -> new TreeMap<>()).put(key, row);
    } else {
      told.computeIfPresent(
          object,
          (unused, rows) -> {
            rows.remove(key);
            return rows.isEmpty() ? null : rows;
          });
    }
    return object;
  }

  /**
   * The conditions of an object about which something was told once.
   *
   * @param before those that it has; others' are kept, and the time of what goes on saying the same
   */
  List<Map<String, Object>> conditions(
      ObjectKey object, List<Map<String, Object>> before, Instant now) {
    List<Map<String, Object>> conditions = new ArrayList<>();
    for (Map<String, Object> one : before) {
      if (!TYPES.contains(one.get("type"))) {
        conditions.add(one);
      }
    }
    List<Diagnostic> refusals = with(object, REFUSALS);
    List<Diagnostic> warnings = with(object, WARNINGS);
    List<Diagnostic> notes = with(object, NOTES);
    conditions.add(condition("Valid", refusals.isEmpty(), "Accepted", refusals, before, now));
    conditions.add(condition("Warned", !warnings.isEmpty(), "Nothing", warnings, before, now));
    conditions.add(condition("Noted", !notes.isEmpty(), "Nothing", notes, before, now));
    return conditions;
  }

  private List<Diagnostic> with(ObjectKey object, Set<Severity> severities) {
    return told.getOrDefault(object, new TreeMap<>()).values().stream()
        .filter(row -> severities.contains(row.getSeverity()))
        .toList();
  }

  private static Map<String, Object> condition(
      String type,
      boolean status,
      String otherwise,
      List<Diagnostic> rows,
      List<Map<String, Object>> before,
      Instant now) {
    Map<String, Object> condition = new TreeMap<>();
    condition.put("type", type);
    condition.put("status", status ? "True" : "False");
    condition.put("reason", rows.isEmpty() ? otherwise : reason(rows.getFirst().getCode()));
    StringBuilder message = new StringBuilder();
    for (Diagnostic row : rows) {
      message.append(message.isEmpty() ? "" : "; ");
      message.append(sentence(row));
    }
    condition.put("message", message.toString());
    Object since = now.toString();
    for (Map<String, Object> one : before) {
      if (type.equals(one.get("type")) && condition.get("status").equals(one.get("status"))) {
        since = one.getOrDefault("lastTransitionTime", since);
      }
    }
    condition.put("lastTransitionTime", since);
    return condition;
  }

  static String sentence(Diagnostic row) {
    return (row.getPath().isEmpty() ? "" : row.getPath() + ": ") + row.getMessage();
  }

  /** Kubernetes wants reasons in CamelCase: {@code SelectsNothing} for {@code selects-nothing}. */
  static String reason(String code) {
    StringBuilder reason = new StringBuilder();
    for (String word : code.split("-")) {
      reason.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return reason.toString();
  }
}
