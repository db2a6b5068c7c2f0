package dev.sluice.core.cluster;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.PolicyKind;
import dev.sluice.core.policy.PolicyParser;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The cluster side of the log: Namespaces, Nodes and Pods in, and the objects that name prefixes;
 * identities, endpoints and addresses out. It is a pure function of the log's prefix: batches,
 * redelivery and restarts from a {@link #snapshot} change nothing. An object that vanished between
 * two listings must have a DELETED record; a listing alone removes nothing. Not thread safe.
 */
public final class ClusterFold {
  /** Kinds that must have been listed whole before anything is given out. */
  public static final Set<String> REQUIRED_KINDS = requiredKinds();

  /** The cluster's name where nobody gave it one. */
  public static final String DEFAULT_CLUSTER = "default";

  private static Set<String> requiredKinds() {
    Set<String> kinds =
        new TreeSet<>(List.of("Namespace", "Node", "Pod", "Service", "EndpointSlice"));
    kinds.addAll(PolicyKind.texts());
    kinds.add(CidrGroup.KIND);
    kinds.add(ClusterSettings.KIND);
    return Collections.unmodifiableSet(kinds);
  }

  private final LogGate gate;
  private final ClusterState state;
  private final ReadFields read = new ReadFields();
  private Set<ObjectKey> waiting = Set.of();
  private boolean again;

  private ClusterFold(LogGate gate, ClusterState state) {
    this.gate = gate;
    this.state = state;
  }

  /** A fold before the first record, of the cluster named {@value #DEFAULT_CLUSTER}. */
  public static ClusterFold empty() {
    return empty(DEFAULT_CLUSTER);
  }

  /**
   * A fold before the first record.
   *
   * @param cluster the cluster's name, a label of every pod
   */
  public static ClusterFold empty(String cluster) {
    return new ClusterFold(LogGate.closed(REQUIRED_KINDS), new ClusterState(cluster));
  }

  public static ClusterFold restore(ClusterSnapshot snapshot) {
    LogGate gate = LogGate.restore(REQUIRED_KINDS, snapshot.gate());
    return new ClusterFold(gate, new ClusterState(snapshot, gate.synced()));
  }

  /** Has ready what is read of a record that is to be folded; it may be asked in any thread. */
  public static void prepare(ObjectEvent event) {
    if (event.type() == ObjectEvent.Type.DELETED) {
      return;
    }
    switch (event.key().kind()) {
      case "Pod" -> {
        event.read(PodFacts.READER);
        event.read(ClusterFindings.READER);
      }
      case "EndpointSlice" -> event.read(PeerObjects.OUTSIDE_PODS);
      default -> {}
    }
  }

  /**
   * Folds one record of k8s.objects; a record at or below the position changes nothing. The record
   * that makes the world whole gives out everything. What time or acceptance have made superfluous
   * goes with the next record that is no policy's.
   */
  public ClusterStep apply(ObjectEvent event) {
    boolean wasWhole = gate.synced();
    again = false;
    if (gate.admit(event) == LogGate.Admission.ADMITTED) {
      again = read.again(event);
      // Of a policy nothing follows but what it names itself: PolicyFold.isRowless relies on it.
      boolean policy = !again && PolicyParser.isPolicy(event.key().kind());
      state.advance(event.timeMillis());
      if (!policy) {
        state.release(waiting);
      }
      if (!again) {
        fold(event);
      }
      if (gate.synced() && !wasWhole) {
        state.becomeWhole();
      }
      if (!policy) {
        state.expireIdentities();
      }
    }
    return new ClusterStep(gate.position(), state.drain());
  }

  /** Whether the record folded last says of its object what the one before it said. */
  public boolean again() {
    return again;
  }

  /**
   * From now on somebody decides which versions of policies are accepted: the prefixes of a version
   * that is replaced stay in use until a record after {@link #accepted} said that the new one is.
   */
  public void keepReplaced() {
    state.keepReplaced();
  }

  /**
   * What became of the policies of the record that was folded last; takes effect with the next.
   *
   * @param withoutRoom policies whose newest version is read and not accepted
   */
  public void accepted(Set<ObjectKey> withoutRoom) {
    waiting = withoutRoom;
  }

  private void fold(ObjectEvent event) {
    boolean gone = event.type() == ObjectEvent.Type.DELETED;
    boolean object =
        gone || event.type() == ObjectEvent.Type.ADDED || event.type() == ObjectEvent.Type.MODIFIED;
    if (object) {
      switch (event.key().kind()) {
        case "Namespace" -> namespace(event, gone);
        case "Node" -> node(event, gone);
        case "Pod" -> pod(event, gone);
        default -> state.peers(event, gone, waiting);
      }
    }
  }

  private void namespace(ObjectEvent event, boolean gone) {
    String name = event.key().name();
    if (gone) {
      state.namespaceGone(name);
    } else {
      state.namespace(name, ReadFields.body(event).object("metadata").textMap("labels"));
    }
  }

  private void node(ObjectEvent event, boolean gone) {
    if (gone) {
      state.nodeGone(event.key().name());
    } else {
      state.node(NodeFacts.read(event), event.offset());
    }
  }

  private void pod(ObjectEvent event, boolean gone) {
    Optional<PodFacts> facts = gone ? Optional.empty() : event.read(PodFacts.READER);
    if (facts.isPresent()) {
      state.pod(facts.get(), event.offset());
    } else {
      state.podGone(event.key().namespace() + "/" + event.key().name());
    }
  }

  /** Every record, in dependency order. Empty before the world is whole. */
  public List<Change<ClusterRecord>> image() {
    return state.image();
  }

  public ClusterSnapshot snapshot() {
    return state.snapshot(gate.state());
  }

  /** Offset of the last record folded; -1 before the first. */
  public long position() {
    return gate.position();
  }

  /** Whether every required kind has been listed whole; nothing is given out before. */
  public boolean synced() {
    return gate.synced();
  }
}
