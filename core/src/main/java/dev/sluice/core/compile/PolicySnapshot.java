package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything that a {@link PolicyFold} remembers, in canonical order: two folds of one log prefix
 * give equal bytes. Selectors, members, rules and the Merkle tree are not in it, since they follow
 * from the rest.
 *
 * @param gate position, epoch, base and kinds listed
 * @param whole whether the image has been given out
 * @param revision in force; 0 before the world was whole
 * @param revisionHash Merkle root of that revision; empty before the world was whole
 * @param inputDigest chained over the records since that revision
 * @param settings last accepted version of the cluster's settings
 * @param policies last accepted version of each policy, by key
 * @param waiting versions of policies that can be read and are not accepted, as they came, each
 *     with the subject that has no room for it
 * @param identities by number
 * @param endpoints by key
 * @param addresses by prefix
 * @param subjectRevisions the revision at which each subject's rules last changed
 * @param diagnostics those in force, by key
 * @param services what the fold of Services remembers, in a form of its own
 * @param namespaces that there are, sorted
 */
public record PolicySnapshot(
    LogGate.State gate,
    boolean whole,
    long revision,
    String revisionHash,
    byte[] inputDigest,
    Optional<AcceptedVersion> settings,
    List<AcceptedVersion> policies,
    List<WaitingVersion> waiting,
    List<ClusterRecord.Identity> identities,
    List<ClusterRecord.Endpoint> endpoints,
    List<ClusterRecord.Address> addresses,
    SortedMap<Integer, Long> subjectRevisions,
    List<DiagnosticRecord> diagnostics,
    byte[] services,
    List<String> namespaces) {

  /** Of {@link #encode()}; another number for every change of what it gives. */
  public static final int FORMAT = 8;

  /**
   * The last accepted version of a policy, or of the settings.
   *
   * @param tree canonical bytes of what a reader reads: {@code spec}, {@code specs} and whether it
   *     is audited
   * @param who of the record that last held it: what is told later points there
   */
  public record AcceptedVersion(ObjectKey key, byte[] tree, String who) {
    @Override
    public boolean equals(Object other) {
      return other instanceof AcceptedVersion version
          && key.equals(version.key)
          && Arrays.equals(tree, version.tree)
          && who.equals(version.who);
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + Arrays.hashCode(tree);
    }
  }

  /**
   * A version that can be read and is not accepted.
   *
   * @param witness the subject that had no room when it was last asked about; 0 for none
   */
  public record WaitingVersion(AcceptedVersion version, int witness) {}

  /** The fold's position. */
  public long position() {
    return gate.position();
  }

  public byte[] encode() {
    return PolicySnapshotCodec.encode(this);
  }

  /**
   * Reads what {@link #encode()} gave.
   *
   * @throws IllegalArgumentException when the bytes are of another format or damaged
   */
  public static PolicySnapshot decode(byte[] bytes) {
    return PolicySnapshotCodec.decode(bytes);
  }
}
