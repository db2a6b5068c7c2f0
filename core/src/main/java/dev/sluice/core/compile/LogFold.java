package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.cluster.ReadFields;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.policy.PolicyParser;
import dev.sluice.core.policy.PolicyReading;
import dev.sluice.core.service.ServiceFold;
import java.util.List;
import java.util.function.Predicate;

/**
 * Both folds of one log in one process, as a replay has them. In the streams each side has a policy
 * fold of its own ({@link IdentityFold} says why); here one serves both.
 *
 * <pre>
 *   ObjectEvent ──► ClusterFold ──► changes ──► PolicyFold ──► step
 *                        ▲                          │
 *                        └── which policies wait, with the next record
 * </pre>
 *
 * <p>Not thread safe.
 */
public final class LogFold {
  private final ClusterFold cluster;
  private final PolicyFold policy;

  /** Who says which policies are accepted; behind {@link #policy} after some restores. */
  private PolicyFold decides;

  /** What the cluster's fold knows already of the record that it has folded last. */
  private final Predicate<ObjectEvent> again;

  private LogFold(ClusterFold cluster, PolicyFold decides, PolicyFold policy) {
    this.cluster = cluster;
    this.policy = policy;
    this.again = unused -> cluster.again();
    this.decides = decides.position() == policy.position() ? policy : decides;
    cluster.keepReplaced();
    cluster.accepted(this.decides.withoutRoom());
  }

  /**
   * A fold before the first record.
   *
   * @param cluster the cluster's name, a label of every pod
   */
  public static LogFold empty(String cluster) {
    PolicyFold policy = PolicyFold.empty();
    return new LogFold(ClusterFold.empty(cluster), policy, policy);
  }

  /**
   * Goes on where the streams' snapshots were taken, with the record after {@link #position}; that
   * of identities may be the older one, but not the newer: what it gave out in between is not in
   * it.
   *
   * @param identities what {@link IdentityFold#image} gave
   * @param policy what {@link PolicySnapshot#encode} gave
   * @throws IllegalArgumentException when bytes are of another format or damaged
   */
  public static LogFold restore(byte[] identities, byte[] policy) {
    IdentityFold held = IdentityFold.restore(identities);
    PolicyFold fold = PolicyFold.restore(PolicySnapshot.decode(policy));
    return new LogFold(held.cluster(), held.policies(), fold);
  }

  /** Folds one record of k8s.objects; one at or below the position changes nothing. */
  public PolicyStep apply(ObjectEvent event) {
    ClusterStep step = cluster.apply(event);
    if (decides != policy) {
      decides.apply(event, step.changes(), again);
    }
    PolicyStep made = policy.apply(event, step.changes(), again);
    if (decides.position() == policy.position()) {
      decides = policy;
    }
    cluster.accepted(decides.withoutRoom());
    return made;
  }

  /**
   * Does ahead, perhaps in another thread, what {@link #apply} needs nothing but the record for.
   *
   * @param before what this gave for the record of the object before, if that has the same epoch;
   *     else null
   * @return what is to be given with the next record of the object; not to be changed
   */
  public static byte[] prepare(ObjectEvent event, byte[] before) {
    event.head();
    byte[] read = ReadFields.compare(event, before);
    if (read == null || read != before) {
      readAhead(event);
    }
    return read;
  }

  /**
   * As {@link #prepare(ObjectEvent, byte[])} of a record of an object that is there, for whoever
   * has made what that returns.
   *
   * @param read what {@link ReadFields#read} gives
   * @param again whether it is what was read of the record before, if that has the same epoch
   */
  public static void prepare(ObjectEvent event, LazyTree body, byte[] read, boolean again) {
    ReadFields.compared(event, body, read, again);
    if (!again) {
      readAhead(event);
    }
  }

  private static void readAhead(ObjectEvent event) {
    ClusterFold.prepare(event);
    ServiceFold.prepare(event);
    if (PolicyParser.isPolicy(event.key().kind())) {
      event.read(PolicyReading.READER);
    }
  }

  /** Identities, endpoints and addresses, in dependency order. Empty before the world is whole. */
  public List<Change<ClusterRecord>> rows() {
    return cluster.image();
  }

  /** The policies' side. */
  public PolicyFold policy() {
    return policy;
  }

  /** Offset of the last record that identities are folded to; -1 before the first. */
  public long position() {
    return cluster.position();
  }
}
