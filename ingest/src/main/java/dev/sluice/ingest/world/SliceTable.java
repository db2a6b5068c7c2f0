package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the EndpointSlice controller of a cluster does: for every Service with a selector, slices of
 * the pods that it selects. A step costs the Services of the namespaces whose pods changed. Not
 * thread-safe.
 */
final class SliceTable {
  private final Map<String, TreeMap<ObjectKey, SelectedService>> services = new TreeMap<>();
  private final Map<String, TreeMap<String, ServingPod>> pods = new HashMap<>();
  private final Map<String, String> zones = new HashMap<>();

  /** Slices that are told, by Service. */
  private final Map<ObjectKey, Map<ObjectKey, SourceObject>> told = new TreeMap<>();

  private final Set<ObjectKey> due = new TreeSet<>();

  /** A Service as the log has it. */
  void service(SourceObject object) {
    SelectedService service = SelectedService.of(object);
    if (service.selects()) {
      services
          .computeIfAbsent(object.key().namespace(), name -> new TreeMap<>())
          .put(object.key(), service);
      due.add(object.key());
    } else {
      serviceGone(object.key());
    }
  }

  void serviceGone(ObjectKey key) {
    services.computeIfPresent(
        key.namespace(), (name, all) -> all.remove(key) != null && all.isEmpty() ? null : all);
    due.add(key);
  }

  /** A pod as the log has it. */
  void pod(SourceObject object) {
    TreeMap<String, ServingPod> inside =
        pods.computeIfAbsent(object.key().namespace(), name -> new TreeMap<>());
    ServingPod now = ServingPod.of(object.key(), JsonTree.parse(object.body()));
    touch(inside.put(object.key().name(), now), object.key().namespace());
    touch(now, object.key().namespace());
  }

  void podGone(ObjectKey key) {
    touch(pods.getOrDefault(key.namespace(), new TreeMap<>()).remove(key.name()), key.namespace());
  }

  private void touch(ServingPod pod, String namespace) {
    if (pod != null) {
      services
          .getOrDefault(namespace, new TreeMap<>())
          .forEach(
              (key, service) -> {
                if (service.selects(pod)) {
                  due.add(key);
                }
              });
    }
  }

  /**
   * @param zone empty for none
   */
  void node(String name, String zone) {
    if (!zone.equals(zones.getOrDefault(name, ""))) {
      zones.put(name, zone);
      services.values().forEach(all -> due.addAll(all.keySet()));
    }
  }

  /** Tells what the changes since the last call lead to. */
  void settle(StepEvents events) {
    for (ObjectKey key : due) {
      Map<ObjectKey, SourceObject> before = told.getOrDefault(key, Map.of());
      Map<ObjectKey, SourceObject> now = slices(key);
      now.forEach(
          (slice, object) -> {
            if (!object.equals(before.get(slice))) {
              events.there(object);
            }
          });
      before.keySet().stream().filter(slice -> !now.containsKey(slice)).forEach(events::gone);
      if (now.isEmpty()) {
        told.remove(key);
      } else {
        told.put(key, now);
      }
    }
    due.clear();
  }

  private Map<ObjectKey, SourceObject> slices(ObjectKey key) {
    SelectedService service = services.getOrDefault(key.namespace(), new TreeMap<>()).get(key);
    if (service == null) {
      return Map.of();
    }
    List<ServingPod> selected =
        pods.getOrDefault(key.namespace(), new TreeMap<>()).values().stream()
            .filter(service::selects)
            .toList();
    Map<ObjectKey, SourceObject> slices = new TreeMap<>();
    service.slices(selected, zones).forEach(slice -> slices.put(slice.key(), slice));
    return slices;
  }

  /** Every slice that is told. */
  List<SourceObject> objects() {
    List<SourceObject> all = new ArrayList<>();
    told.values().forEach(slices -> all.addAll(slices.values()));
    return all;
  }
}
