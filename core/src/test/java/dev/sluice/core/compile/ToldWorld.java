package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectEvent.Type;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Yaml;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A log that is written line by line, both folds, and topic diagnostics as they write it. */
final class ToldWorld {
  private static final long START = 1_700_000_000_000L;
  private static final long LONG_AFTER = 24 * 3_600_000L;

  private final ClusterFold cluster = ClusterFold.empty();
  private final PolicyFold policy = PolicyFold.empty();
  private final TreeMap<String, DiagnosticRecord> topic = new TreeMap<>();
  private final Set<ObjectKey> there = new HashSet<>();
  private long offset;
  private long time = START;

  /** Writes objects, one a line; {@code gone KIND NAMESPACE NAME} deletes one. */
  void apply(String lines) {
    lines.lines().forEach(this::line);
  }

  /** Deletes the objects of these lines that no other line brought. */
  void takeBack(String lines) {
    lines
        .lines()
        .filter(line -> !line.startsWith("gone "))
        .map(ToldWorld::body)
        .map(ToldWorld::key)
        .forEach(key -> fold(Type.DELETED, key, Map.of()));
  }

  private void line(String line) {
    if (line.startsWith("gone ")) {
      String[] words = line.split(" ");
      fold(Type.DELETED, new ObjectKey(words[1], words[2], words[3]), Map.of());
    } else {
      Map<String, Object> body = body(line);
      ObjectKey key = key(body);
      fold(there.add(key) ? Type.ADDED : Type.MODIFIED, key, body);
    }
  }

  /** Ends the first listing. */
  void synced() {
    Set<String> kinds = new java.util.TreeSet<>(ClusterFold.REQUIRED_KINDS);
    kinds.addAll(PolicyFold.REQUIRED_KINDS);
    kinds.forEach(kind -> fold(Type.SYNCED, new ObjectKey(kind, "", ""), Map.of()));
  }

  /** Lets the grace of identities that nobody has any more run out. */
  void longAfter() {
    for (int i = 0; i < 2; i++) {
      time += LONG_AFTER;
      fold(Type.BOOKMARK, new ObjectKey("Pod", "", ""), Map.of());
    }
  }

  private void fold(Type type, ObjectKey key, Map<String, Object> body) {
    if (type == Type.DELETED) {
      there.remove(key);
    }
    String uid = key.kind().equals("Pod") ? "uid-" + key.name() : "";
    ObjectEvent event =
        new ObjectEvent(
            offset++, type, key, "v", uid, "", time += 1_000, "world.yaml:1", 1, 0, body);
    for (Change<DiagnosticRecord> change :
        policy.apply(event, cluster.apply(event).changes()).diagnostics()) {
      if (change.isRemoval()) {
        topic.remove(change.key());
      } else {
        topic.put(change.key(), change.value());
      }
    }
  }

  /** Whether the topic holds a diagnostic with this code. */
  boolean told(String code) {
    return topic.values().stream().anyMatch(one -> one.code().equals(code));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> body(String line) {
    return (Map<String, Object>) Yaml.of(line);
  }

  private static ObjectKey key(Map<String, Object> body) {
    Map<?, ?> metadata = (Map<?, ?>) body.get("metadata");
    Object namespace = metadata.get("namespace");
    return new ObjectKey(
        body.get("kind").toString(),
        namespace == null ? "" : namespace.toString(),
        metadata.get("name").toString());
  }

  @Override
  public String toString() {
    return topic.values().toString();
  }
}
