package dev.sluice.core.cluster;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.log.Projection;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.service.ServiceFold;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What folds read of the objects that are written most often, and the last version of each that one
 * fold has seen. Most records of a log change nothing that anybody reads: the heartbeat of a node,
 * the status of a pod. Folding such a one again would come to the same; whoever knows that it is
 * the same need not. Nothing follows from what is remembered here, so no snapshot holds it. One
 * fold owns it.
 */
public final class ReadFields {
  private static final Projection POD =
      Projection.of(
          List.of("metadata", "labels"),
          List.of("metadata", "annotations", Policy.AUDIT_ANNOTATION),
          List.of("metadata", "ownerReferences", "controller"),
          List.of("metadata", "ownerReferences", "kind"),
          List.of("metadata", "ownerReferences", "name"),
          List.of("spec", "nodeName"),
          List.of("spec", "hostNetwork"),
          List.of("spec", "serviceAccountName"),
          List.of("spec", "containers", "ports"),
          List.of("status", "phase"),
          List.of("status", "podIP"),
          List.of("status", "podIPs", "ip"));

  private static final Projection NODE =
      Projection.of(
          List.of("metadata", "labels", ServiceFold.ZONE),
          List.of("spec", "podCIDR"),
          List.of("spec", "podCIDRs"),
          List.of("status", "addresses", "type"),
          List.of("status", "addresses", "address"));

  private static final Projection NAMESPACE = Projection.of(List.of("metadata", "labels"));

  /** What a version came to: the bytes that are read of it, and what is read beside its body. */
  private record Version(byte[] read, String uid, String who) {
    private boolean same(byte[] otherRead, ObjectEvent other) {
      return Objects.equals(uid, other.uid())
          && Objects.equals(who, other.who())
          && Arrays.equals(read, otherRead);
    }
  }

  private final Map<ObjectKey, Version> seen = new HashMap<>();

  /** Null for a kind that is read whole. */
  private static Projection of(String kind) {
    return switch (kind) {
      case "Pod" -> POD;
      case "Node" -> NODE;
      case "Namespace" -> NAMESPACE;
      default -> ServiceFold.reads(kind) ? ServiceFold.READ : null;
    };
  }

  /** The part of a body that folds read; all of it for kinds that nobody reduces. */
  @SuppressWarnings("unchecked")
  public static ObjectBody body(ObjectEvent event) {
    Projection projection = of(event.key().kind());
    return ObjectBody.of(
        projection == null ? event.body() : CanonicalTree.decode(projection.of(event.body())));
  }

  /**
   * Takes note of a record that is to be folded.
   *
   * @return whether it says of its object what the record before it said
   */
  public boolean again(ObjectEvent event) {
    Projection projection = of(event.key().kind());
    if (projection == null) {
      return false;
    }
    return switch (event.type()) {
      case ADDED, MODIFIED -> {
        byte[] read = projection.of(event.body());
        Version before = seen.get(event.key());
        boolean same = before != null && before.same(read, event);
        if (!same) {
          seen.put(event.key(), new Version(read, event.uid(), event.who()));
        }
        yield same;
      }
      case DELETED -> {
        seen.remove(event.key());
        yield false;
      }
      case GENESIS, SYNC_STARTED, SYNCED, BOOKMARK -> false;
    };
  }
}
