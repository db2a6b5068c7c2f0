package dev.sluice.core.service;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.snapshot.SnapshotReader;
import dev.sluice.core.snapshot.SnapshotWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a {@link ServiceFold} remembers, as bytes: the accepted versions of its objects as far as
 * they are read, nodes, numbers. Everything else follows from these.
 */
final class ServiceSnapshot {
  /** What is remembered of a record's object. */
  static final Function<ObjectEvent, byte[]> REDUCED =
      event -> CanonicalTree.encode(Objects.reduced(event.body()));

  private ServiceSnapshot() {}

  /** Accepted versions by key, reduced to the fields that are read. */
  static final class Objects {
    private record Version(byte[] tree, String who) {}

    private final Map<ObjectKey, Version> versions = new HashMap<>();

    void put(ObjectEvent event) {
      put(event.key(), event.read(REDUCED), event.who());
    }

    void put(ObjectKey key, byte[] tree, String who) {
      versions.put(key, new Version(tree, who == null ? "" : who));
    }

    void remove(ObjectKey key) {
      versions.remove(key);
    }

    String who(ObjectKey key) {
      Version version = versions.get(key);
      return version == null ? null : version.who;
    }

    private static Map<String, Object> reduced(Map<String, Object> body) {
      Map<String, Object> reduced = new HashMap<>();
      for (String field : List.of("spec", "status", "addressType", "ports", "endpoints")) {
        reduced.put(field, body.get(field));
      }
      if (body.get("metadata") instanceof Map<?, ?> metadata && metadata.get("labels") != null) {
        reduced.put("metadata", Map.of("labels", metadata.get("labels")));
      }
      return reduced;
    }
  }

  /** Takes one object of a snapshot. */
  interface Sink {
    void object(ObjectKey key, Map<String, Object> body, String who);
  }

  static byte[] encode(Objects objects, Collection<ServiceRow.Node> nodes, ServiceNumbers numbers) {
    return new SnapshotWriter()
        .put(numbers.next())
        .list(
            numbers.all().entrySet(),
            (to, service) ->
                to.put(service.getKey())
                    .list(
                        service.getValue().entrySet(),
                        (within, name) -> within.put(name.getKey()).put(name.getValue())))
        .list(nodes, (to, node) -> to.put(node.name()).put(node.zone()))
        .list(
            new TreeMap<>(objects.versions).entrySet(),
            (to, object) ->
                to.put(object.getKey()).put(object.getValue().who).put(object.getValue().tree))
        .toByteArray();
  }

  @SuppressWarnings("unchecked")
  static void decode(
      byte[] bytes, ServiceNumbers numbers, Consumer<ServiceRow.Node> nodes, Sink objects) {
    if (bytes.length == 0) {
      return;
    }
    SnapshotReader in = new SnapshotReader("snapshot of Services", bytes);
    numbers.restore(in.number());
    in.each(
        from -> {
          String service = from.text();
          from.each(name -> numbers.restore(service, name.text(), name.number()));
        });
    in.each(from -> nodes.accept(new ServiceRow.Node(from.text(), from.text())));
    in.each(
        from -> {
          ObjectKey key = from.key();
          String who = from.text();
          objects.object(key, (Map<String, Object>) CanonicalTree.decode(from.bytes()), who);
        });
    in.end();
  }
}
