package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.ingest.manifest.ContentHash;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every pod and its place. A pod keeps its place, uid and addresses while its spec stays; another
 * spec is another pod with new addresses. A pod that cannot be placed is told as pending; one that
 * is refused is not told, and its older version stays. Not thread-safe.
 */
final class PodTable {
  /** A pod that is told; the manifest is null between a restart and the first step. */
  private record Live(Manifest manifest, PodPlace place) {}

  private final long epoch;
  private final Placement placement = new Placement();
  private final Map<ObjectKey, Live> live = new TreeMap<>();

  /** Pods without a place, or refused ones: newest manifest. */
  private final Map<ObjectKey, Manifest> waiting = new TreeMap<>();

  private final Map<ObjectKey, Problem> problems = new TreeMap<>();
  private long lives;

  PodTable(Past past) {
    this.epoch = past.epoch();
    past.releasedAddresses().forEach(a -> placement.released(IpAddress.parse(a)));
    for (SourceObject pod : past.objects()) {
      if (!pod.key().kind().equals("Pod")) {
        continue;
      }
      PodPlace place = pastPlace(pod);
      live.put(pod.key(), new Live(null, place));
      placement.hold(pod.key(), place);
    }
  }

  Collection<Problem> problems() {
    return problems.values();
  }

  void putNode(NodeView node) {
    placement.putNode(node);
  }

  void removeNode(String name) {
    placement.removeNode(name);
  }

  /** Forgets pods of the past that no manifest declares any more. */
  void dropUndeclared(Set<ObjectKey> declared) {
    for (ObjectKey key : List.copyOf(live.keySet())) {
      if (!declared.contains(key)) {
        placement.release(key, live.remove(key).place());
      }
    }
  }

  /** All pods that are told. */
  List<SourceObject> objects() {
    List<SourceObject> objects = new ArrayList<>();
    live.values().forEach(pod -> objects.add(object(pod)));
    return objects;
  }

  /**
   * @param changes of pods
   * @param nodesTouched Node objects that came, went or changed
   */
  void apply(
      Collection<Declarations.Changed> changes, Set<String> nodesTouched, StepEvents events) {
    Map<ObjectKey, Manifest> toPlace = new LinkedHashMap<>();
    Set<ObjectKey> seen = new HashSet<>();
    boolean room = !nodesTouched.isEmpty();
    for (Declarations.Changed change : changes) {
      if (change.after() == null) {
        seen.add(change.before().key());
        room |= remove(change.before().key(), events);
      } else {
        seen.add(change.after().key());
        change(change.after(), toPlace, events);
      }
    }
    if (!nodesTouched.isEmpty()) {
      nodesChanged(nodesTouched, seen, toPlace, events);
    }
    if (room || !toPlace.isEmpty()) {
      waiting.forEach(toPlace::putIfAbsent);
    }
    Map<ObjectKey, Live> old = new HashMap<>();
    for (ObjectKey key : toPlace.keySet()) {
      Live before = live.remove(key);
      if (before != null) {
        old.put(key, before);
        placement.release(key, before.place());
      }
    }
    toPlace.forEach((key, manifest) -> place(manifest, old.get(key), events));
  }

  private boolean remove(ObjectKey key, StepEvents events) {
    waiting.remove(key);
    problems.remove(key);
    Live pod = live.remove(key);
    if (pod != null) {
      placement.release(key, pod.place());
      events.gone(key);
    }
    return pod != null;
  }

  private void change(Manifest after, Map<ObjectKey, Manifest> toPlace, StepEvents events) {
    Live before = live.get(after.key());
    if (before != null && stays(after, before.place())) {
      waiting.remove(after.key());
      problems.remove(after.key());
      Live now = new Live(after, before.place());
      live.put(after.key(), now);
      if (before.manifest() == null || !before.manifest().body().equals(after.body())) {
        events.there(object(now));
      }
    } else {
      toPlace.put(after.key(), after);
    }
  }

  private boolean stays(Manifest manifest, PodPlace place) {
    return !place.waits()
        && placement.fits(PodWish.of(manifest), place)
        && Bodies.spec(manifest, place.node()).equals(place.spec());
  }

  private void nodesChanged(
      Set<String> touched,
      Set<ObjectKey> seen,
      Map<ObjectKey, Manifest> toPlace,
      StepEvents events) {
    live.forEach(
        (key, pod) -> {
          if (seen.contains(key) || !touched.contains(pod.place().node())) {
            return;
          }
          if (stays(pod.manifest(), pod.place())) {
            events.there(object(pod)); // the host's addresses may be others
          } else {
            toPlace.put(key, waiting.getOrDefault(key, pod.manifest()));
          }
        });
  }

  private void place(Manifest manifest, Live old, StepEvents events) {
    ObjectKey key = manifest.key();
    switch (placement.place(key, PodWish.of(manifest))) {
      case Placement.Outcome.Placed placed -> {
        waiting.remove(key);
        problems.remove(key);
        PodPlace place =
            new PodPlace(
                uid(manifest, old),
                placed.node(),
                placed.addresses(),
                placed.own(),
                Bodies.spec(manifest, placed.node()));
        settle(manifest, place, old, events);
      }
      case Placement.Outcome.Waits waits -> {
        waiting.put(key, manifest);
        problems.put(key, manifest.problem(Severity.WARNING, waits.code(), "", waits.message()));
        PodPlace place =
            new PodPlace(uid(manifest, old), "", List.of(), true, Bodies.spec(manifest, ""));
        settle(manifest, place, old, events);
      }
      case Placement.Outcome.Refused refused -> {
        waiting.put(key, manifest);
        problems.put(
            key,
            manifest.problem(Severity.REFUSED, refused.code(), refused.path(), refused.message()));
        keep(key, old, events);
      }
    }
  }

  private void settle(Manifest manifest, PodPlace place, Live old, StepEvents events) {
    if (old != null && !old.place().waits()) {
      events.gone(manifest.key());
    }
    Live now = new Live(manifest, place);
    live.put(manifest.key(), now);
    placement.hold(manifest.key(), place);
    events.there(object(now));
  }

  /** The older version stays, unless its addresses have gone to others. */
  private void keep(ObjectKey key, Live old, StepEvents events) {
    if (old == null) {
      return;
    }
    if (old.manifest() != null && placement.stillFree(key, old.place())) {
      live.put(key, old);
      placement.hold(key, old.place());
    } else {
      events.gone(key);
    }
  }

  /** A pod that waited becomes placed in the same life; every other placement begins a new one. */
  private String uid(Manifest manifest, Live old) {
    if (old != null && old.place().waits()) {
      return old.place().uid();
    }
    return Expansion.map(manifest.body(), "metadata").get("uid") instanceof String uid
        ? uid
        : ContentHash.uuid(manifest.key() + "#" + epoch + "." + ++lives);
  }

  private SourceObject object(Live pod) {
    List<IpAddress> hostAddresses =
        placement.node(pod.place().node()).map(NodeView::internalAddresses).orElse(List.of());
    return Bodies.pod(pod.manifest(), pod.place(), hostAddresses);
  }

  private static PodPlace pastPlace(SourceObject pod) {
    Map<String, Object> body = JsonTree.parse(pod.body());
    Map<String, Object> spec = Expansion.map(body, "spec");
    List<IpAddress> addresses = new ArrayList<>();
    if (Expansion.map(body, "status").get("podIPs") instanceof List<?> list) {
      list.forEach(ip -> addresses.add(IpAddress.parse(((Map<?, ?>) ip).get("ip").toString())));
    }
    addresses.sort(null);
    String node = spec.get("nodeName") instanceof String name ? name : "";
    return new PodPlace(
        pod.uid(),
        addresses.isEmpty() ? "" : node,
        List.copyOf(addresses),
        !Boolean.TRUE.equals(spec.get("hostNetwork")),
        spec);
  }
}
