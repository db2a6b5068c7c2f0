package dev.sluice.core.cluster;

import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.log.Projection;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.service.ServiceFold;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  /** Of each object the bytes that {@link #read} gave last. */
  private final Map<ObjectKey, byte[]> seen = new HashMap<>();

  /** What is read of the bodies of a kind; null for one that is read whole. */
  public static Projection of(String kind) {
    return switch (kind) {
      case "Pod" -> POD;
      case "Node" -> NODE;
      case "Namespace" -> NAMESPACE;
      default -> ServiceFold.reads(kind) ? ServiceFold.READ : null;
    };
  }

  /** The part of a body that folds read; all of it for kinds that nobody reduces. */
  static ObjectBody body(ObjectEvent event) {
    byte[] read = read(event); // the body comes first in it
    return ObjectBody.of(read == null ? event.body() : CanonicalTree.decode(read));
  }

  /**
   * All that is read of a record's object, as bytes: of its body, and what is read beside it. Who
   * decodes records ahead of a fold may ask for it there, so that the fold finds it.
   *
   * @return null for kinds that nobody reduces; not to be changed
   */
  public static byte[] read(ObjectEvent event) {
    Projection projection = of(event.key().kind());
    return projection == null ? null : projection.of(event.body(), beside(event));
  }

  /**
   * Compares a record with the one of its object before it, so that the fold need not. For whoever
   * reads every record that the fold is given, in order, and none that it is not given.
   *
   * @param before what this gave for the record before, if that has the same epoch, so that it was
   *     not dropped when this one is folded; else null
   * @return what was read; null when the next record of the object must be folded
   */
  public static byte[] compare(ObjectEvent event, byte[] before) {
    Projection projection = of(event.key().kind());
    boolean there =
        event.type() == ObjectEvent.Type.ADDED || event.type() == ObjectEvent.Type.MODIFIED;
    if (projection == null || !there) {
      return null;
    }
    if (before != null
        && event.body() instanceof LazyTree lazy
        && projection.gives(before, lazy, beside(event))) {
      lazy.again(event);
      return before;
    }
    return read(event);
  }

  /**
   * Notes of a record of an object that is there what {@link #compare} would find, for whoever has
   * made the bytes that {@link #read} gives and compared them.
   */
  public static void compared(ObjectEvent event, LazyTree body, byte[] read, boolean again) {
    if (again) {
      body.again(event);
    } else {
      body.projected(of(event.key().kind()), beside(event), read);
    }
  }

  /** What is read beside the body. */
  private static List<String> beside(ObjectEvent event) {
    return List.of(text(event.uid()), text(event.who()));
  }

  private static String text(String text) {
    return text == null ? "" : text;
  }

  /**
   * Takes note of a record that is to be folded.
   *
   * @return whether it says of its object what the record before it said
   */
  public boolean again(ObjectEvent event) {
    return switch (event.type()) {
      case ADDED, MODIFIED -> {
        if (event.body() instanceof LazyTree lazy && lazy.isAgain(event)) {
          yield true;
        }
        byte[] read = read(event);
        boolean same = read != null && Arrays.equals(read, seen.get(event.key()));
        if (read != null && !same) {
          seen.put(event.key(), read);
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
