package dev.sluice.core.cluster;

import dev.sluice.core.log.LogGate;
import dev.sluice.core.policy.CidrGroup;
import java.util.List;
import java.util.SortedMap;

/**
 * Everything that a {@link ClusterFold} remembers, in canonical order: two folds of one log prefix
 * give equal bytes. The rows themselves are not in it, since they follow from the rest.
 *
 * @param gate position, epoch, base and kinds listed
 * @param cluster the cluster's name
 * @param timeMillis log time: the latest of all records, ms since 1970
 * @param lastEndpoint the highest endpoint id given
 * @param nextNumbers identity number of the next new label set of each scope
 * @param identities numbers in use or in their grace, by labels
 * @param namespaces labels of each, by name
 * @param nodes by name
 * @param pods those with an endpoint, by key
 * @param claims by prefix, the weakest first
 * @param peers the objects that decide which prefixes are in use
 */
public record ClusterSnapshot(
    LogGate.State gate,
    String cluster,
    long timeMillis,
    long lastEndpoint,
    SortedMap<IdentityScope, Integer> nextNumbers,
    List<HeldNumber> identities,
    SortedMap<String, SortedMap<String, String>> namespaces,
    List<NodeFacts> nodes,
    List<PodEntry> pods,
    List<AddressClaim> claims,
    Peers peers) {

  /** Of {@link #encode()}; another number for every change of what it gives. */
  public static final int FORMAT = 3;

  /** A pod and the endpoint id that it has. */
  public record PodEntry(PodFacts facts, long endpoint) {}

  /**
   * The objects that decide which prefixes are in use, each list sorted by name.
   *
   * @param policies those that name more than labels
   * @param replaced versions of them that still count, since newer ones are not accepted
   */
  record Peers(
      List<PeerObjects.Kept> policies,
      List<PeerObjects.Kept> replaced,
      List<CidrGroup> groups,
      List<ServiceAddresses.Listing> listings,
      List<ServiceAddresses.Slice> slices) {}

  /** The fold's position. */
  public long position() {
    return gate.position();
  }

  public byte[] encode() {
    return ClusterSnapshotCodec.encode(this);
  }

  /**
   * Reads what {@link #encode()} gave.
   *
   * @throws IllegalArgumentException when the bytes are of another format or damaged
   */
  public static ClusterSnapshot decode(byte[] bytes) {
    return ClusterSnapshotCodec.decode(bytes);
  }
}
