package dev.sluice.ingest.log;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the records of k8s.objects add up to: the last state of every object that is there, the
 * highest epoch and who began it. Records of lower epochs count for nothing, as in every fold. Not
 * thread-safe.
 */
final class LogImage {
  private static final int RELEASED_KEPT = 64;

  /** The last record of an object that is there. */
  record Last(SourceObject object, long timeMillis) {}

  private final Map<String, Map<ObjectKey, Last>> byKind = new TreeMap<>();
  private final Map<String, K8sObject> bookmarks = new TreeMap<>();
  private final Deque<String> released = new ArrayDeque<>();
  private K8sObject genesis;
  private long epoch;
  private String epochBegunBy = "";
  private long timeMillis;

  void apply(K8sObject record) {
    if (record.getEpoch() < epoch) {
      return;
    }
    if (record.getEpoch() > epoch) {
      epoch = record.getEpoch();
      epochBegunBy = record.getWho();
    }
    timeMillis = Math.max(timeMillis, record.getTime().toEpochMilli());
    switch (record.getType()) {
      case GENESIS -> genesis = record;
      case BOOKMARK -> bookmarks.put(record.getName(), record);
      case ADDED, MODIFIED -> put(record);
      case DELETED -> remove(record);
      case SYNC_STARTED, SYNCED -> {}
      case UNKNOWN ->
          throw new IllegalStateException(
              "k8s.objects has a record of a type this version does not know: upgrade");
    }
  }

  private void put(K8sObject record) {
    SourceObject object =
        new SourceObject(
            key(record),
            record.getApiVersion(),
            record.getUid(),
            record.getResourceVersion(),
            record.getWho(),
            record.getBody());
    byKind
        .computeIfAbsent(record.getKind(), kind -> new HashMap<>())
        .put(object.key(), new Last(object, record.getTime().toEpochMilli()));
  }

  private void remove(K8sObject record) {
    Map<ObjectKey, Last> objects = byKind.getOrDefault(record.getKind(), Map.of());
    Last last = objects.get(key(record));
    if (last == null) {
      return;
    }
    objects.remove(key(record));
    if (record.getKind().equals("Pod")
        && JsonTree.parse(record.getBody()).get("status") instanceof Map<?, ?> status
        && status.get("podIPs") instanceof List<?> addresses) {
      for (Object address : addresses) {
        released.addLast(((Map<?, ?>) address).get("ip").toString());
        if (released.size() > RELEASED_KEPT) {
          released.removeFirst();
        }
      }
    }
  }

  static ObjectKey key(K8sObject record) {
    return new ObjectKey(record.getKind(), record.getNamespace(), record.getName());
  }

  /** The object's last state; null when it is not there. */
  SourceObject get(ObjectKey key) {
    Last last = byKind.getOrDefault(key.kind(), Map.of()).get(key);
    return last == null ? null : last.object();
  }

  /** All objects of a kind, sorted. */
  List<SourceObject> ofKind(String kind) {
    return byKind.getOrDefault(kind, Map.of()).values().stream()
        .map(Last::object)
        .sorted(java.util.Comparator.comparing(SourceObject::key))
        .toList();
  }

  /** All objects with the time of their last record. */
  List<Last> all() {
    List<Last> all = new ArrayList<>();
    byKind.values().forEach(objects -> all.addAll(objects.values()));
    return all;
  }

  Collection<K8sObject> bookmarks() {
    return bookmarks.values();
  }

  /** The first record of the log; null when it is not kept any more. */
  K8sObject genesis() {
    return genesis;
  }

  /** Highest writer epoch seen; 0 before the first. */
  long epoch() {
    return epoch;
  }

  /** {@code who} of the first record of that epoch. */
  String epochBegunBy() {
    return epochBegunBy;
  }

  /** The latest time of a record. */
  long timeMillis() {
    return timeMillis;
  }

  Past past() {
    List<SourceObject> objects = new ArrayList<>();
    byKind.keySet().forEach(kind -> objects.addAll(ofKind(kind)));
    Map<String, String> versions = new TreeMap<>();
    bookmarks.forEach((name, record) -> versions.put(name, record.getResourceVersion()));
    return new Past(epoch, objects, List.copyOf(released), versions);
  }
}
