package dev.sluice.ingest.world;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.Finding.Severity;
import dev.sluice.core.policy.PolicyKind;
import dev.sluice.core.service.SliceReader;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.port.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Objects of a folder that nothing follows from, though whoever wrote them means something: each
 * with a word. Not thread-safe.
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
  private final Map<ObjectKey, Manifest> slices = new TreeMap<>();

  private final boolean running;

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
      slices.put(key, manifest);
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
    slices.remove(key);
  }

  /**
   * All of them now.
   *
   * @param there whether an object is declared
   */
  List<Problem> problems(Predicate<ObjectKey> there) {
    Map<ObjectKey, Problem> all = new TreeMap<>(told);
    slices.forEach((key, slice) -> orphan(slice, there).ifPresent(word -> all.put(key, word)));
    return List.copyOf(all.values());
  }

  private static Optional<Problem> orphan(Manifest slice, Predicate<ObjectKey> there) {
    String namespace = slice.key().namespace();
    String service =
        ObjectBody.of(slice.body())
            .object("metadata")
            .textMap("labels")
            .getOrDefault(SliceReader.SERVICE_LABEL, "");
    if (there.test(new ObjectKey("Service", namespace, service))) {
      return Optional.empty();
    }
    String message =
        service.isEmpty()
            ? "the endpoints belong to no Service: write its name as label "
                + SliceReader.SERVICE_LABEL
            : "there is no Service %s/%s whose endpoints these are: write it, or another name"
                .formatted(namespace, service);
    return Optional.of(
        slice.problem(
            Severity.WARNING,
            "slice-without-service",
            service.isEmpty() ? "metadata.labels" : "metadata.labels." + SliceReader.SERVICE_LABEL,
            message));
  }
}
