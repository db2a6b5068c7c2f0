package dev.sluice.core.cluster;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.DependencyOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The records as they stand, and what became of them since the last {@link #drain}. Whatever is set
 * and set back in between is no change.
 */
final class ClusterRows {
  private static final DependencyOrder<ClusterRecord> ORDER =
      new DependencyOrder<>(ClusterStep.KINDS);

  private record Row(Class<? extends ClusterRecord> kind, String key) {}

  /** Found by hash: a changed pod asks a dozen times for one of many thousands. */
  private final Map<Class<? extends ClusterRecord>, Map<String, ClusterRecord>> kinds =
      new LinkedHashMap<>();

  private Map<Row, ClusterRecord> before = new LinkedHashMap<>();

  ClusterRows() {
    ClusterStep.KINDS.forEach(kind -> kinds.put(kind, new HashMap<>()));
  }

  void put(ClusterRecord record) {
    String key = record.key();
    ClusterRecord old = kinds.get(record.getClass()).put(key, record);
    remember(new Row(record.getClass(), key), old);
  }

  void remove(Class<? extends ClusterRecord> kind, String key) {
    ClusterRecord old = kinds.get(kind).remove(key);
    remember(new Row(kind, key), old);
  }

  private void remember(Row row, ClusterRecord old) {
    if (!before.containsKey(row)) {
      before.put(row, old);
    }
  }

  /** What changed since the last drain, ordered as {@link ClusterStep} says. */
  List<Change<ClusterRecord>> drain() {
    if (before.isEmpty()) {
      return List.of();
    }
    List<Change<ClusterRecord>> changes = new ArrayList<>();
    before.forEach(
        (row, old) -> {
          ClusterRecord now = kinds.get(row.kind).get(row.key);
          if (now == null && old != null) {
            changes.add(Change.remove(row.kind, row.key));
          } else if (now != null && !now.equals(old)) {
            changes.add(Change.upsert(row.kind, row.key, now));
          }
        });
    // Not cleared: clearing costs what the largest step has cost.
    before = new LinkedHashMap<>();
    return ORDER.sort(changes);
  }

  /** Every record as an addition, in dependency order. */
  List<Change<ClusterRecord>> image() {
    return kinds.values().stream()
        .flatMap(kind -> kind.entrySet().stream().sorted(Map.Entry.comparingByKey()))
        .map(row -> Change.upsert(row.getValue().getClass(), row.getKey(), row.getValue()))
        .toList();
  }
}
