package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The policy side of the log. */
public final class PolicyFold {
  /** Kinds that must have been listed whole before anything is given out. */
  public static final Set<String> REQUIRED_KINDS =
      Set.of("Namespace", "Node", "Pod", "CiliumNetworkPolicy");

  private final LogGate gate;
  private final TreeMap<String, ClusterRecord> derived = new TreeMap<>();
  private boolean whole;

  private PolicyFold(LogGate gate) {
    this.gate = gate;
  }

  public static PolicyFold empty() {
    return new PolicyFold(LogGate.closed(REQUIRED_KINDS));
  }

  public static PolicyFold restore(PolicySnapshot snapshot) {
    PolicyFold fold = new PolicyFold(LogGate.restore(REQUIRED_KINDS, snapshot.gate()));
    snapshot.identities().forEach(row -> fold.derived.put(row.key(), row));
    snapshot.addresses().forEach(row -> fold.derived.put(row.key(), row));
    fold.whole = snapshot.whole();
    return fold;
  }

  /** Folds one record of k8s.objects, with what identity-stream wrote for it. */
  public PolicyStep apply(ObjectEvent event, List<Change<ClusterRecord>> changes) {
    LogGate.Admission admission = gate.admit(event);
    List<Change<DesiredRecord>> desired = new ArrayList<>();
    if (admission == LogGate.Admission.ADMITTED) {
      for (Change<ClusterRecord> change : changes) {
        ClusterRecord before =
            change.isRemoval()
                ? derived.remove(change.key())
                : derived.put(change.key(), change.value());
        DesiredRecord row = row(change.isRemoval() ? before : change.value());
        if (whole && row != null) {
          desired.add(
              change.isRemoval()
                  ? Change.remove(row.getClass(), row.key())
                  : Change.upsert(row.getClass(), row.key(), row));
        }
      }
      if (!whole && gate.synced()) {
        whole = true;
        desired.addAll(image());
      }
    }
    return new PolicyStep(gate.position(), desired, 0, "", Optional.empty(), List.of());
  }

  /** Everything that is desired, in dependency order. Empty before the world is whole. */
  public List<Change<DesiredRecord>> image() {
    List<Change<DesiredRecord>> image = new ArrayList<>();
    for (ClusterRecord record : derived.values()) {
      DesiredRecord row = row(record);
      if (row != null) {
        image.add(Change.upsert(row.getClass(), row.key(), row));
      }
    }
    return image;
  }

  private static DesiredRecord row(ClusterRecord record) {
    DesiredRecord.DirectionPolicy open =
        new DesiredRecord.DirectionPolicy(false, List.of(), List.of());
    return switch (record) {
      case ClusterRecord.Identity id ->
          id.number() < 256
              ? null
              : new DesiredRecord.SubjectPolicy(id.number(), id.labels(), 0, "", open, open);
      case ClusterRecord.Address address -> new DesiredRecord.DesiredAddress(address);
      case ClusterRecord.Endpoint unused -> null;
      case null -> null;
    };
  }

  public PolicySnapshot snapshot() {
    return new PolicySnapshot(
        gate.state(),
        whole,
        0,
        "",
        new byte[32],
        List.of(),
        rows(ClusterRecord.Identity.class),
        List.of(),
        rows(ClusterRecord.Address.class),
        new TreeMap<>(),
        List.of());
  }

  private <T> List<T> rows(Class<T> type) {
    return derived.values().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Offset of the last record folded; -1 before the first. */
  public long position() {
    return gate.position();
  }

  /** Whether every required kind has been listed whole. */
  public boolean synced() {
    return gate.synced();
  }

  /** The diagnostics in force, sorted by key. */
  public List<DiagnosticRecord> diagnostics() {
    return List.of();
  }

  /** The revision in force; 0 before the world is whole. */
  public long revision() {
    return 0;
  }

  /** The Merkle root in force, hex; empty before the world is whole. */
  public String hash() {
    return "";
  }
}
