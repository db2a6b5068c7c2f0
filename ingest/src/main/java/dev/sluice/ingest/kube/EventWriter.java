package dev.sluice.ingest.kube;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventSeries;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Says what topic diagnostics says of objects whose status has no place for it, as Kubernetes
 * events about them. One event for each thing to say: an API server forgets events after an hour,
 * so one that goes on holding is counted up in its series now and then, as one that holds again is.
 * Not thread safe.
 */
final class EventWriter {
  /** An API server keeps an event for an hour after it was written. */
  static final Duration RENEWAL = Duration.ofMinutes(30);

  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  /** What an API server takes, in bytes. */
  private static final int LONGEST_NOTE = 1024;

  /** Of an object's name in an event's, which may have 253 characters. */
  private static final int LONGEST_NAME = 200;

  /** What is said when something holds no longer. */
  private static final String CLEARED = "Cleared";

  private final KubernetesClient client;

  /** What holds, by the keys of the topic. */
  private final TreeMap<String, Diagnostic> told = new TreeMap<>();

  /** When each of those is to be said next. */
  private final TreeMap<String, Instant> due = new TreeMap<>();

  /** What was said and holds no longer. */
  private final TreeMap<String, Diagnostic> over = new TreeMap<>();

  /**
   * @param client left open
   */
  EventWriter(KubernetesClient client) {
    this.client = client;
  }

  /** Takes a row of the topic, of an object of a watched kind; null clears it. */
  void seen(String key, Diagnostic row) {
    if (row == null) {
      Diagnostic before = told.remove(key);
      due.remove(key);
      if (before != null) {
        over.put(key, before);
      }
    } else {
      told.put(key, row);
      due.put(key, Instant.MIN);
      over.remove(key);
    }
  }

  /**
   * Writes what is due.
   *
   * @throws KubernetesClientException when something cannot be written: it stays due
   */
  void write(Instant now) {
    for (String key : over.keySet().toArray(String[]::new)) {
      Diagnostic row = over.get(key);
      say(row, "Normal", CLEARED, ObjectStatus.reason(row.getCode()) + " holds no longer", now);
      over.remove(key);
    }
    for (String key : due.keySet().toArray(String[]::new)) {
      if (!due.get(key).isAfter(now)) {
        Diagnostic row = told.get(key);
        String type = row.getSeverity() == Severity.NOTE ? "Normal" : "Warning";
        String reason = ObjectStatus.reason(row.getCode());
        due.put(key, say(row, type, reason, ObjectStatus.sentence(row), now).plus(RENEWAL));
      }
    }
  }

  /** Says something of an object that is there; returns when that was said last. */
  private Instant say(Diagnostic row, String type, String reason, String note, Instant now) {
    ObjectKey object = new ObjectKey(row.getKind(), row.getNamespace(), row.getName());
    WatchedKind kind = WatchedKind.of(row.getKind()).orElseThrow();
    GenericKubernetesResource there = kind.place(client, object).withName(object.name()).get();
    if (there == null) {
      return now;
    }
    Event event = event(kind, there, row.getWriter(), type, reason, cut(note), now);
    var events = client.events().v1().events().inNamespace(event.getMetadata().getNamespace());
    Event before = events.withName(event.getMetadata().getName()).get();
    if (before == null) {
      events.resource(event).create();
      return now;
    }
    Instant last = last(before);
    if (row.getTime().isAfter(last) || !last.plus(RENEWAL).isAfter(now)) {
      int count = before.getSeries() == null ? 1 : before.getSeries().getCount();
      before.setSeries(new EventSeries(count + 1, new MicroTime(MICRO_TIME.format(now))));
      events.resource(before).update();
      return now;
    }
    return last;
  }

  private static Event event(
      WatchedKind kind,
      GenericKubernetesResource object,
      String writer,
      String type,
      String reason,
      String note,
      Instant now) {
    String namespace = object.getMetadata().getNamespace();
    String name = object.getMetadata().getName();
    String uid = object.getMetadata().getUid();
    String what = String.join("\n", kind.kind(), String.valueOf(uid), writer, type, reason, note);
    String start = name.substring(0, Math.min(name.length(), LONGEST_NAME));
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(namespace == null ? "default" : namespace)
        .withName(
            start.replaceAll("[-.]+$", "")
                + "."
                + UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)))
        .endMetadata()
        .withEventTime(new MicroTime(MICRO_TIME.format(now)))
        .withReportingController("sluice.dev/ingest")
        .withReportingInstance("ingest")
        .withAction("Check")
        .withType(type)
        .withReason(reason)
        .withNote(note)
        .withNewRegarding()
        .withApiVersion(kind.apiVersion())
        .withKind(kind.kind())
        .withNamespace(namespace)
        .withName(name)
        .withUid(uid)
        .endRegarding()
        .build();
  }

  private static Instant last(Event event) {
    MicroTime last =
        event.getSeries() == null ? event.getEventTime() : event.getSeries().getLastObservedTime();
    return Instant.parse(last.getTime());
  }

  private static String cut(String note) {
    String cut = note;
    while (cut.getBytes(StandardCharsets.UTF_8).length > LONGEST_NOTE) {
      cut = cut.substring(0, cut.length() * 9 / 10) + "…";
    }
    return cut;
  }
}
