package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.manifest.ContentHash;
import dev.sluice.ingest.manifest.Lines;
import dev.sluice.ingest.manifest.Manifest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The pods a workload stands for: replica i of NAME is the pod {@code NAME-i}, from 0, owned by the
 * workload, with its template's labels, annotations and spec.
 *
 * <p>How many pods a DaemonSet, a Job or a CronJob has, and when, does not follow from the object
 * alone: who runs pods makes none of them. Who only asks what policies say needs no more than one.
 */
final class Expansion {
  private static final Set<String> WORKLOADS = Set.of("Deployment", "ReplicaSet", "StatefulSet");

  private static final Set<String> NOT_RUN = Set.of("DaemonSet", "Job", "CronJob");

  private Expansion() {}

  /** Whether no pods are run of a workload of this kind. */
  static boolean isNotRun(String kind) {
    return NOT_RUN.contains(kind);
  }

  /** The manifest itself, then the pods that are run of it. */
  static List<Manifest> expand(Manifest manifest) {
    Map<String, Object> spec = map(manifest.body(), "spec");
    return WORKLOADS.contains(manifest.key().kind())
        ? withPods(
            manifest, List.of("spec"), spec.get("replicas") instanceof Long count ? count : 1)
        : List.of(manifest);
  }

  /** As {@link #expand}, with one pod of each workload that is not run. */
  static List<Manifest> expandAll(Manifest manifest) {
    return switch (manifest.key().kind()) {
      case "DaemonSet", "Job" -> withPods(manifest, List.of("spec"), 1);
      case "CronJob" -> withPods(manifest, List.of("spec", "jobTemplate", "spec"), 1);
      default -> expand(manifest);
    };
  }

  /**
   * @param path to what holds the template
   */
  private static List<Manifest> withPods(Manifest manifest, List<String> path, long replicas) {
    List<Manifest> all = new ArrayList<>();
    all.add(manifest);
    Map<String, Object> holder = manifest.body();
    Lines place = manifest.lines();
    for (String field : path) {
      holder = map(holder, field);
      place = place.below(field);
    }
    Map<String, Object> template = map(holder, "template");
    Lines lines = new Lines(manifest.line(), place.below("template").fields(), List.of());
    for (long i = 0; i < replicas; i++) {
      ObjectKey key =
          new ObjectKey("Pod", manifest.key().namespace(), manifest.key().name() + "-" + i);
      all.add(new Manifest(key, "v1", pod(manifest, template, key), manifest.file(), lines));
    }
    return all;
  }

  private static Map<String, Object> pod(
      Manifest owner, Map<String, Object> template, ObjectKey key) {
    Map<String, Object> metadata = new TreeMap<>(map(template, "metadata"));
    metadata.put("name", key.name());
    metadata.put("namespace", key.namespace());
    metadata.put("ownerReferences", List.of(ownerReference(owner)));
    Map<String, Object> pod = new TreeMap<>();
    pod.put("apiVersion", "v1");
    pod.put("kind", "Pod");
    pod.put("metadata", Collections.unmodifiableMap(metadata));
    pod.put("spec", map(template, "spec"));
    return Collections.unmodifiableMap(pod);
  }

  private static Map<String, Object> ownerReference(Manifest owner) {
    Map<String, Object> reference = new TreeMap<>();
    reference.put("apiVersion", owner.apiVersion());
    reference.put("blockOwnerDeletion", true);
    reference.put("controller", true);
    reference.put("kind", owner.key().kind());
    reference.put("name", owner.key().name());
    reference.put("uid", uid(owner));
    return Collections.unmodifiableMap(reference);
  }

  /** The uid of an object that is not a pod: its own, or one made of its key. */
  static String uid(Manifest manifest) {
    return map(manifest.body(), "metadata").get("uid") instanceof String uid
        ? uid
        : ContentHash.uuid(manifest.key().toString());
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Map<String, Object> parent, String field) {
    return parent.get(field) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
