package dev.sluice.schemas.convert;

import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.serde.TrustedClasses;
import java.time.Instant;
import java.util.Map;

/** Records of topic k8s.objects to and from the events that folds read. */
public final class ObjectEvents {
  static {
    TrustedClasses.declare(); // builders copy defaults
  }

  private ObjectEvents() {}

  /**
   * @param offset the record's place in the topic
   * @throws IllegalArgumentException when the type is one this version does not know, or the body
   *     is not a JSON object: nothing may be folded past it
   */
  public static ObjectEvent fromAvro(K8sObject record, long offset) {
    return new ObjectEvent(
        offset,
        type(record.getType(), offset),
        new ObjectKey(record.getKind(), record.getNamespace(), record.getName()),
        record.getApiVersion(),
        record.getUid(),
        record.getResourceVersion(),
        record.getTime().toEpochMilli(),
        record.getWho(),
        record.getEpoch(),
        record.getBase(),
        body(record.getBody()));
  }

  /** Most bodies are never looked into: those are left text as long as nobody does. */
  static Map<String, Object> body(String text) {
    return text.isEmpty()
        ? Map.of()
        : CanonicalJson.of(text)
            .<Map<String, Object>>map(bytes -> new LazyTree(bytes, () -> JsonTree.parse(text)))
            .orElseGet(() -> JsonTree.parse(text));
  }

  /** The record of an event; its offset is given by the topic. */
  public static K8sObject toAvro(ObjectEvent event) {
    return K8sObject.newBuilder()
        .setType(type(event.type()))
        .setKind(event.key().kind())
        .setApiVersion(event.apiVersion())
        .setNamespace(event.key().namespace())
        .setName(event.key().name())
        .setUid(event.uid())
        .setResourceVersion(event.resourceVersion())
        .setTime(Instant.ofEpochMilli(event.timeMillis()))
        .setWho(event.who())
        .setEpoch(event.epoch())
        .setBase(event.base())
        .setBody(event.body().isEmpty() ? "" : JsonTree.print(event.body()))
        .build();
  }

  static ObjectEvent.Type type(EventType type, long offset) {
    return switch (type) {
      case GENESIS -> ObjectEvent.Type.GENESIS;
      case ADDED -> ObjectEvent.Type.ADDED;
      case MODIFIED -> ObjectEvent.Type.MODIFIED;
      case DELETED -> ObjectEvent.Type.DELETED;
      case SYNC_STARTED -> ObjectEvent.Type.SYNC_STARTED;
      case SYNCED -> ObjectEvent.Type.SYNCED;
      case BOOKMARK -> ObjectEvent.Type.BOOKMARK;
      case UNKNOWN ->
          throw new IllegalArgumentException(
              "k8s.objects@" + offset + " has a type this version does not know: upgrade");
    };
  }

  private static EventType type(ObjectEvent.Type type) {
    return switch (type) {
      case GENESIS -> EventType.GENESIS;
      case ADDED -> EventType.ADDED;
      case MODIFIED -> EventType.MODIFIED;
      case DELETED -> EventType.DELETED;
      case SYNC_STARTED -> EventType.SYNC_STARTED;
      case SYNCED -> EventType.SYNCED;
      case BOOKMARK -> EventType.BOOKMARK;
    };
  }
}
