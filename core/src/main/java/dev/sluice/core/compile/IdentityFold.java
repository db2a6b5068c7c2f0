package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterSnapshot;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What identity-stream folds: the cluster, beside a policy fold of its own that says which versions
 * of policies are accepted. Prefixes that only the accepted version of a policy names are in use as
 * long as it is, though a newer one was read and waits for room.
 *
 * <pre>
 *   ObjectEvent ──► ClusterFold ──► changes (given out) ──► PolicyFold
 *                        ▲                                      │
 *                        └── which policies wait, with the next record
 * </pre>
 *
 * <p>The policy fold sees what policy-stream sees, record by record, and so decides the same. It
 * may see a record after what the cluster makes of it was given out: {@link #catchUp()}. Not thread
 * safe.
 */
public final class IdentityFold {
  /** Of {@link #image}: another one as soon as either part has another. */
  public static final int FORMAT = 1000 * ClusterSnapshot.FORMAT + PolicySnapshot.FORMAT;

  private final ClusterFold cluster;
  private final PolicyFold policies;

  /** A record that was given out, and that policies have yet to see; null when there is none. */
  private Given unseen;

  private record Given(ObjectEvent event, List<Change<ClusterRecord>> changes) {}

  private IdentityFold(ClusterFold cluster, PolicyFold policies) {
    this.cluster = cluster;
    this.policies = policies.quiet();
    cluster.keepReplaced();
    cluster.accepted(policies.withoutRoom());
  }

  /**
   * A fold before the first record.
   *
   * @param cluster the cluster's name, a label of every pod
   */
  public static IdentityFold empty(String cluster) {
    return new IdentityFold(ClusterFold.empty(cluster), PolicyFold.empty());
  }

  /**
   * A fold that goes on where {@link #image} was taken.
   *
   * @throws IllegalArgumentException when the bytes are of another format or damaged
   */
  public static IdentityFold restore(byte[] image) {
    ByteBuffer buffer = ByteBuffer.wrap(image);
    if (buffer.remaining() < Integer.BYTES) {
      throw new IllegalArgumentException("image of identities is cut short");
    }
    int length = buffer.getInt();
    if (length < 0 || length > buffer.remaining()) {
      throw new IllegalArgumentException("image of identities is cut short");
    }
    byte[] cluster = new byte[length];
    buffer.get(cluster);
    byte[] policies = new byte[buffer.remaining()];
    buffer.get(policies);
    return new IdentityFold(
        ClusterFold.restore(ClusterSnapshot.decode(cluster)),
        PolicyFold.restore(PolicySnapshot.decode(policies)));
  }

  /** All that it remembers: two folds of one log prefix give equal bytes. */
  public byte[] image() {
    catchUp();
    byte[] first = cluster.snapshot().encode();
    byte[] second = policies.snapshot().encode();
    return ByteBuffer.allocate(Integer.BYTES + first.length + second.length)
        .putInt(first.length)
        .put(first)
        .put(second)
        .array();
  }

  /** Folds one record of k8s.objects; one at or below the position changes nothing. */
  public ClusterStep apply(ObjectEvent event) {
    catchUp();
    ClusterStep step = cluster.apply(event);
    unseen = new Given(event, step.changes());
    return step;
  }

  /**
   * Does what the next record or image would do first: lets policies see the last record. They have
   * no say in what was given out for it, so whoever gives that out does so before.
   */
  public void catchUp() {
    if (unseen != null) {
      Given given = unseen;
      unseen = null;
      policies.apply(given.event, given.changes);
      cluster.accepted(policies.withoutRoom());
    }
  }

  /** Every record, in dependency order. Empty before the world is whole. */
  public List<Change<ClusterRecord>> rows() {
    catchUp();
    return cluster.image();
  }

  /** The cluster's side, for whoever folds on with it instead of with this. */
  ClusterFold cluster() {
    return cluster;
  }

  /** The policies' side, as {@link #cluster}. */
  PolicyFold policies() {
    return policies;
  }

  /** Offset of the last record folded; -1 before the first. */
  public long position() {
    return cluster.position();
  }

  /** Whether every required kind has been listed whole. */
  public boolean synced() {
    return cluster.synced();
  }
}
