package dev.sluice.core.node;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.Prefix;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one node's kernel maps must hold. It mirrors topic desired at selector level, flattens the
 * policies of the identities that have endpoints on this node, and takes every address.
 *
 * <p>The caller applies whole groups, up to a mark, says which identities are local, asks for the
 * {@link #plan}, writes it and says {@link #realised}; a plan that was refused or failed is not
 * lost, the next one contains it. After a restart, or when a write failed half way, the plan is
 * {@code MapPlan.diff(what was read back, fold.wanted())} instead. One thread.
 */
public final class NodeFold {
  private final RuleBook rules = new RuleBook();

  private NodeFold(String node) {}

  /**
   * @param node this node's name: its own addresses are host, and need no tunnel
   */
  public static NodeFold empty(String node) {
    return new NodeFold(node);
  }

  /**
   * Takes one change of topic desired. A removal of what is not there, or an equal value, is
   * nothing.
   */
  public void apply(Change<DesiredRecord> change) {
    throw new UnsupportedOperationException();
  }

  /** The identities of all endpoints on this node; replaces the ones given before. */
  public void local(Set<Integer> identities) {
    throw new UnsupportedOperationException();
  }

  /** The difference between what was last {@link #realised} and what is wanted now. */
  public MapPlan plan() {
    throw new UnsupportedOperationException();
  }

  /** What is wanted now is in the kernel: written and without error, or read back equal. */
  public void realised() {
    throw new UnsupportedOperationException();
  }

  /** Every entry that the kernel maps should hold now. A view; valid until the next change. */
  public Collection<KernelEntry> wanted() {
    throw new UnsupportedOperationException();
  }

  /** What cookies mean. */
  public RuleBook rules() {
    return rules;
  }

  /** The compiled policy of an identity, local or not; it has the identity's labels too. */
  public Optional<DesiredRecord.SubjectPolicy> subject(int identity) {
    return Optional.empty();
  }

  /** Who has an address or prefix, exactly as written. */
  public Optional<ClusterRecord.Address> address(Prefix prefix) {
    return Optional.empty();
  }

  /** Every address known; a view. */
  public Collection<ClusterRecord.Address> addresses() {
    return List.of();
  }

  /** Hex SHA-256 over the labels and rules of the local subjects: for node.status. */
  public String hash() {
    throw new UnsupportedOperationException();
  }
}
