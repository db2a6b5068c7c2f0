package dev.sluice.ingest.log;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The records that a source's events make, given what the log holds: nothing for what is there
 * already, a delete and an add for another life under the same name. Changes the image as if they
 * were written. No IO; not thread-safe.
 */
final class LogPlan {
  /** What fits into one record, in bytes of UTF-8, with room for its other fields. */
  static final int LARGEST_BODY_BYTES = 1_000_000;

  private final LogImage image;
  private final long epoch;

  /** Objects too large for a record: their last version stays. */
  private final Map<ObjectKey, Problem> tooLarge = new TreeMap<>();

  LogPlan(LogImage image) {
    this.image = image;
    this.epoch = image.epoch();
  }

  /**
   * @param now time of the records, ms since 1970; an earlier one than the log's last is not used
   */
  List<K8sObject> records(SourceEvent event, long now) {
    List<K8sObject> records = new ArrayList<>();
    switch (event) {
      case SourceEvent.Added added -> put(added.object(), now, records);
      case SourceEvent.Modified modified -> put(modified.object(), now, records);
      case SourceEvent.Deleted deleted -> delete(deleted.key(), now, records);
      case SourceEvent.Relisted list -> relist(list, now, records);
      case SourceEvent.Bookmark bookmark ->
          write(
              LogTakeover.bookmark(
                  bookmark.source(), bookmark.resourceVersion(), "", epoch, time(now)),
              records);
      case SourceEvent.Diagnosed diagnosed -> {}
    }
    return records;
  }

  /**
   * Says again what was said longer ago than {@code age}, so that the log's window never passes a
   * living object, the log's beginning or its writer's epoch.
   */
  List<K8sObject> refresh(Duration age, long now) {
    List<K8sObject> records = new ArrayList<>();
    long before = now - age.toMillis();
    K8sObject genesis = image.genesis();
    if (genesis != null && genesis.getTime().toEpochMilli() < before) {
      write(LogTakeover.genesis(genesis.getWho(), epoch, time(now), genesis.getBase()), records);
    }
    for (K8sObject bookmark : List.copyOf(image.bookmarks())) {
      boolean lives = !bookmark.getResourceVersion().isEmpty();
      if (lives && bookmark.getTime().toEpochMilli() < before) {
        write(
            LogTakeover.bookmark(
                bookmark.getName(),
                bookmark.getResourceVersion(),
                bookmark.getWho(),
                epoch,
                time(now)),
            records);
      }
    }
    for (LogImage.Last last : image.all()) {
      if (last.timeMillis() < before) {
        write(record(EventType.MODIFIED, last.object(), now), records);
      }
    }
    return records;
  }

  /** Objects that could not be written. */
  List<Problem> problems() {
    return List.copyOf(tooLarge.values());
  }

  private static boolean fits(SourceObject object) {
    return object.body().length() <= LARGEST_BODY_BYTES / 3
        || object.body().getBytes(StandardCharsets.UTF_8).length <= LARGEST_BODY_BYTES;
  }

  private void put(SourceObject object, long now, List<K8sObject> records) {
    if (!fits(object)) {
      tooLarge.put(
          object.key(),
          new Problem(
              Severity.REFUSED,
              "too-large",
              object.key(),
              "",
              0,
              "",
              "the object is larger than " + LARGEST_BODY_BYTES + " bytes: make it smaller"));
      return;
    }
    tooLarge.remove(object.key());
    SourceObject last = image.get(object.key());
    if (last == null) {
      write(record(EventType.ADDED, object, now), records);
    } else if (!last.uid().equals(object.uid())) {
      delete(object.key(), now, records);
      write(record(EventType.ADDED, object, now), records);
    } else if (!last.resourceVersion().equals(object.resourceVersion())
        && !last.body().equals(object.body())) {
      write(record(EventType.MODIFIED, object, now), records);
    }
  }

  private void delete(ObjectKey key, long now, List<K8sObject> records) {
    tooLarge.remove(key);
    SourceObject last = image.get(key);
    if (last != null) {
      write(record(EventType.DELETED, last, now), records);
    }
  }

  private void relist(SourceEvent.Relisted list, long now, List<K8sObject> records) {
    write(sync(EventType.SYNC_STARTED, list.kind(), now), records);
    Set<ObjectKey> there = new HashSet<>();
    list.objects().forEach(object -> there.add(object.key()));
    tooLarge.keySet().removeIf(key -> key.kind().equals(list.kind()) && !there.contains(key));
    List<SourceObject> gone =
        image.ofKind(list.kind()).stream().filter(old -> !there.contains(old.key())).toList();
    // Addresses of pods that are gone may have new owners; a policy goes after its successor came.
    boolean deletesFirst = list.kind().equals("Pod");
    if (deletesFirst) {
      gone.forEach(old -> delete(old.key(), now, records));
      list.objects().stream()
          .filter(object -> anotherLife(object))
          .forEach(object -> delete(object.key(), now, records));
    }
    list.objects().forEach(object -> put(object, now, records));
    if (!deletesFirst) {
      gone.forEach(old -> delete(old.key(), now, records));
    }
    write(sync(EventType.SYNCED, list.kind(), now), records);
  }

  private boolean anotherLife(SourceObject object) {
    SourceObject last = image.get(object.key());
    return last != null && !last.uid().equals(object.uid());
  }

  private void write(K8sObject record, List<K8sObject> records) {
    image.apply(record);
    records.add(record);
  }

  private K8sObject sync(EventType type, String kind, long now) {
    return K8sObject.newBuilder()
        .setType(type)
        .setKind(kind)
        .setTime(Instant.ofEpochMilli(time(now)))
        .setEpoch(epoch)
        .build();
  }

  private K8sObject record(EventType type, SourceObject object, long now) {
    return K8sObject.newBuilder()
        .setType(type)
        .setKind(object.key().kind())
        .setApiVersion(object.apiVersion())
        .setNamespace(object.key().namespace())
        .setName(object.key().name())
        .setUid(object.uid())
        .setResourceVersion(object.resourceVersion())
        .setTime(Instant.ofEpochMilli(time(now)))
        .setWho(object.who())
        .setEpoch(epoch)
        .setBody(object.body())
        .build();
  }

  /** Time never goes back in the log. */
  private long time(long now) {
    return Math.max(now, image.timeMillis());
  }
}
