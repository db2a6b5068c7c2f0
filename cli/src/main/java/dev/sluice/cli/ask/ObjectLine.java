package dev.sluice.cli.ask;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Writes the log that ingest would have written for the first step of a folder. */
final class ObjectLine {
  private static final long EPOCH = 1;

  private final List<ObjectEvent> events = new ArrayList<>();
  private final TreeSet<String> synced = new TreeSet<>();

  private ObjectLine() {}

  /**
   * @param told what the folder's world says first
   * @param required kinds that must be listed, even when there is none
   */
  static List<ObjectEvent> of(List<SourceEvent> told, Collection<String> required) {
    ObjectLine line = new ObjectLine();
    line.mark(ObjectEvent.Type.GENESIS, "Genesis");
    for (SourceEvent event : told) {
      if (event instanceof SourceEvent.Relisted(String kind, List<SourceObject> objects)) {
        line.mark(ObjectEvent.Type.SYNC_STARTED, kind);
        objects.forEach(line::added);
        line.mark(ObjectEvent.Type.SYNCED, kind);
        line.synced.add(kind);
      }
    }
    required.stream()
        .filter(kind -> !line.synced.contains(kind))
        .sorted()
        .forEach(kind -> line.mark(ObjectEvent.Type.SYNCED, kind));
    return line.events;
  }

  private void mark(ObjectEvent.Type type, String kind) {
    add(type, new ObjectKey(kind, "", ""), new SourceObject(null, "", "", "", "", ""), Map.of());
  }

  private void added(SourceObject object) {
    add(ObjectEvent.Type.ADDED, object.key(), object, JsonTree.parse(object.body()));
  }

  private void add(
      ObjectEvent.Type type, ObjectKey key, SourceObject object, Map<String, Object> body) {
    events.add(
        new ObjectEvent(
            events.size(),
            type,
            key,
            object.apiVersion(),
            object.uid(),
            object.resourceVersion(),
            0,
            object.who(),
            EPOCH,
            0,
            body));
  }
}
