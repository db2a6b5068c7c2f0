package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The events of one step, put in order: pods that are gone first, since their addresses may have
 * new owners; then what is there, namespaces and nodes before policies before pods, so that a pod
 * finds its policy, and EndpointSlices after the pods they name; then what else is gone, in
 * reverse.
 */
final class StepEvents {
  private static final Comparator<SourceObject> ORDER =
      Comparator.comparingInt(object -> rank(object.key().kind()));

  private final List<SourceEvent> podsGone = new ArrayList<>();
  private final List<SourceObject> there = new ArrayList<>();
  private final List<ObjectKey> gone = new ArrayList<>();

  /** An object that is new or may be different. */
  void there(SourceObject object) {
    there.add(object);
  }

  void gone(ObjectKey key) {
    if (key.kind().equals("Pod")) {
      podsGone.add(new SourceEvent.Deleted(key));
    } else {
      gone.add(key);
    }
  }

  /** What is there so far, of one kind. */
  List<SourceObject> there(String kind) {
    return there.stream().filter(object -> object.key().kind().equals(kind)).toList();
  }

  List<ObjectKey> podsGone() {
    return podsGone.stream().map(event -> ((SourceEvent.Deleted) event).key()).toList();
  }

  List<SourceEvent> inOrder() {
    List<SourceEvent> events = new ArrayList<>(podsGone);
    there.sort(ORDER);
    there.forEach(object -> events.add(new SourceEvent.Modified(object)));
    gone.sort(Comparator.comparingInt((ObjectKey key) -> rank(key.kind())).reversed());
    gone.forEach(key -> events.add(new SourceEvent.Deleted(key)));
    return events;
  }

  static int rank(String kind) {
    return switch (kind) {
      case "Namespace" -> 0;
      case "Node" -> 1;
      case "Pod" -> 3;
      case "EndpointSlice" -> 4;
      default -> 2;
    };
  }
}
