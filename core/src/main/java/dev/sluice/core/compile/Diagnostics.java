package dev.sluice.core.compile;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The diagnostics in force, one for each object and code, and which of them changed since they were
 * last drained. One that goes on saying the same keeps the place and time at which it was raised.
 */
final class Diagnostics {
  private static final String WRITER = "policy-stream";

  /** After the last character that a key's object part may be followed by. */
  private static final char AFTER_SEPARATOR = '|' + 1;

  private static final Pattern PLACE = Pattern.compile("(.+):([0-9]{1,9})");

  private final TreeMap<String, DiagnosticRecord> inForce = new TreeMap<>();

  /** What each of them was made of; unknown after a restore. */
  private final TreeMap<String, List<Finding>> findings = new TreeMap<>();

  private final TreeMap<String, DiagnosticRecord> before = new TreeMap<>();

  void restore(Collection<DiagnosticRecord> records) {
    records.forEach(record -> inForce.put(record.key(), record));
  }

  /**
   * Makes the findings the whole truth about those codes of an object that {@code codes} accepts.
   *
   * @param event what raised them
   * @param who of the object, from which the file and line are read
   */
  void replace(
      ObjectKey object,
      Predicate<String> codes,
      List<Finding> found,
      ObjectEvent event,
      String who) {
    Map<String, List<Finding>> byCode = new LinkedHashMap<>();
    found.forEach(one -> byCode.computeIfAbsent(one.code(), unused -> new ArrayList<>()).add(one));
    for (DiagnosticRecord old : List.copyOf(of(object))) {
      if (codes.test(old.code()) && !byCode.containsKey(old.code())) {
        put(old.key(), null);
      }
    }
    byCode.forEach(
        (code, several) -> {
          DiagnosticRecord record = record(object, several, event, who);
          DiagnosticRecord old = inForce.get(record.key());
          if (old == null || !old.saysTheSame(record)) {
            put(record.key(), record);
          }
          findings.put(record.key(), List.copyOf(several));
        });
  }

  private Collection<DiagnosticRecord> of(ObjectKey object) {
    return inForce.subMap(object + "|", object.toString() + AFTER_SEPARATOR).values();
  }

  private void put(String key, DiagnosticRecord record) {
    DiagnosticRecord old = record == null ? inForce.remove(key) : inForce.put(key, record);
    if (record == null) {
      findings.remove(key);
    }
    if (!before.containsKey(key)) {
      before.put(key, old);
    }
  }

  private static DiagnosticRecord record(
      ObjectKey object, List<Finding> several, ObjectEvent event, String who) {
    Finding first = several.getFirst();
    StringBuilder message = new StringBuilder(first.message());
    several.stream().skip(1).forEach(more -> message.append("; ").append(more));
    Matcher place = PLACE.matcher(who == null ? "" : who);
    boolean file = place.matches();
    return new DiagnosticRecord(
        event.offset(),
        event.timeMillis(),
        first.severity(),
        first.code(),
        object,
        file ? place.group(1) : "",
        file ? Integer.parseInt(place.group(2)) : 0,
        first.path(),
        message.toString(),
        WRITER);
  }

  /** Those in force, sorted by key. */
  List<DiagnosticRecord> inForce() {
    return List.copyOf(inForce.values());
  }

  /** The findings that those in force were made of, by object and code. */
  List<ObjectFinding> findings() {
    List<ObjectFinding> all = new ArrayList<>();
    findings.forEach(
        (key, several) ->
            several.forEach(one -> all.add(new ObjectFinding(inForce.get(key).object(), one))));
    return all;
  }

  /** What changed since the last call, sorted by key. */
  List<Change<DiagnosticRecord>> drain() {
    List<Change<DiagnosticRecord>> changes = new ArrayList<>();
    before.forEach(
        (key, old) -> {
          DiagnosticRecord now = inForce.get(key);
          if (now != null && !now.equals(old)) {
            changes.add(Change.upsert(DiagnosticRecord.class, key, now));
          } else if (now == null && old != null) {
            changes.add(Change.remove(DiagnosticRecord.class, key));
          }
        });
    before.clear();
    return changes;
  }

  /** All of them as if they were new. */
  List<Change<DiagnosticRecord>> image() {
    before.clear();
    return inForce.values().stream()
        .map(record -> Change.upsert(DiagnosticRecord.class, record.key(), record))
        .toList();
  }
}
