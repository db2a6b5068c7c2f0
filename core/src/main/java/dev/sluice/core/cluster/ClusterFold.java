package dev.sluice.core.cluster;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectEvent;
import java.util.List;
import java.util.Set;

/** The cluster side of the log. */
public final class ClusterFold {
  /** Kinds that must have been listed whole before anything is given out. */
  public static final Set<String> REQUIRED_KINDS =
      Set.of("Namespace", "Node", "Pod", "CiliumNetworkPolicy");

  private final LogGate gate;

  private ClusterFold(LogGate gate) {
    this.gate = gate;
  }

  /** A fold before the first record, of the cluster named {@code default}. */
  public static ClusterFold empty() {
    return empty("default");
  }

  /** A fold before the first record. */
  public static ClusterFold empty(String cluster) {
    return new ClusterFold(LogGate.closed(REQUIRED_KINDS));
  }

  public static ClusterFold restore(ClusterSnapshot snapshot) {
    return new ClusterFold(LogGate.restore(REQUIRED_KINDS, snapshot.gate()));
  }

  /** Folds one record of k8s.objects; a record at or below the position changes nothing. */
  public ClusterStep apply(ObjectEvent event) {
    gate.admit(event);
    return new ClusterStep(gate.position(), List.of());
  }

  /** Every record, in dependency order. Empty before the world is whole. */
  public List<Change<ClusterRecord>> image() {
    return List.of();
  }

  public ClusterSnapshot snapshot() {
    return new ClusterSnapshot(gate.state());
  }

  /** Offset of the last record folded; -1 before the first. */
  public long position() {
    return gate.position();
  }

  /** Whether every required kind has been listed whole. */
  public boolean synced() {
    return gate.synced();
  }
}
