package dev.sluice.ingest.world;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.core.policy.PolicyKind;
import dev.sluice.core.service.SliceReader;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.port.Problem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Objects of a folder that nothing follows from, though whoever wrote them means something: each
 * with a word. A step costs what changed, however many there are. Not thread-safe.
 */
final class Unheeded {
  /** Kinds of Cilium that say what is, not what is to be. */
  private static final Set<String> REPORTS =
      Set.of(
          "CiliumEndpoint",
          "CiliumEndpointSlice",
          "CiliumExternalWorkload",
          "CiliumIdentity",
          "CiliumNode");

  private final Map<ObjectKey, Problem> told = new TreeMap<>();

  /** What the folder declares itself; a cluster's own slices are made from its Services. */
  private final Map<ObjectKey, Slice> slices = new HashMap<>();

  private final Map<ObjectKey, Set<ObjectKey>> slicesOf = new HashMap<>();
  private final Set<ObjectKey> services = new HashSet<>();

  private final boolean running;

  /**
   * @param service the key of the Service that it names, or of none
   */
  private record Slice(Manifest manifest, ObjectKey service) {
    static Slice of(Manifest manifest) {
      String name =
          ObjectBody.of(manifest.body())
              .object("metadata")
              .textMap("labels")
              .getOrDefault(SliceReader.SERVICE_LABEL, "");
      return new Slice(manifest, new ObjectKey("Service", manifest.key().namespace(), name));
    }

    Problem orphaned() {
      String message =
          service.name().isEmpty()
              ? "the endpoints belong to no Service: write its name as label "
                  + SliceReader.SERVICE_LABEL
              : "there is no Service %s/%s whose endpoints these are: write it, or another name"
                  .formatted(service.namespace(), service.name());
      return manifest.problem(
          Severity.WARNING,
          "slice-without-service",
          service.name().isEmpty()
              ? "metadata.labels"
              : "metadata.labels." + SliceReader.SERVICE_LABEL,
          message);
    }
  }

  /**
   * @param running whether pods are run, of some workloads
   */
  Unheeded(boolean running) {
    this.running = running;
  }

  void put(Manifest manifest) {
    ObjectKey key = manifest.key();
    remove(key);
    if (key.kind().equals("EndpointSlice")) {
      Slice slice = Slice.of(manifest);
      slices.put(key, slice);
      slicesOf.computeIfAbsent(slice.service(), service -> new HashSet<>()).add(key);
      judge(key, slice);
    } else if (key.kind().equals("Service")) {
      services.add(key);
      judgeSlicesOf(key);
    } else if (running && Expansion.isNotRun(key.kind())) {
      told.put(
          key,
          manifest.problem(
              Severity.WARNING,
              "no-pods-run",
              "",
              "no pods are run of a " + key.kind() + ": write a Deployment, or Pods"));
    } else if (isUnread(manifest)) {
      told.put(
          key,
          manifest.problem(
              Severity.WARNING,
              "kind-not-read",
              "kind",
              "nothing follows from a " + key.kind() + ": this version does not read the kind"));
    }
  }

  private static boolean isUnread(Manifest manifest) {
    String kind = manifest.key().kind();
    return manifest.apiVersion().startsWith("cilium.io/")
        && !kind.equals(CidrGroup.KIND)
        && PolicyKind.of(kind).isEmpty()
        && !REPORTS.contains(kind);
  }

  void remove(ObjectKey key) {
    told.remove(key);
    Slice slice = slices.remove(key);
    if (slice != null) {
      Set<ObjectKey> others = slicesOf.get(slice.service());
      others.remove(key);
      if (others.isEmpty()) {
        slicesOf.remove(slice.service());
      }
    }
    if (services.remove(key)) {
      judgeSlicesOf(key);
    }
  }

  private void judgeSlicesOf(ObjectKey service) {
    slicesOf.getOrDefault(service, Set.of()).forEach(key -> judge(key, slices.get(key)));
  }

  private void judge(ObjectKey key, Slice slice) {
    if (services.contains(slice.service())) {
      told.remove(key);
    } else {
      told.put(key, slice.orphaned());
    }
  }

  /** All of them now. */
  List<Problem> problems() {
    return List.copyOf(told.values());
  }
}
