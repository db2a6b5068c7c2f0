package dev.sluice.cli.look;

import dev.sluice.schemas.DirectionPolicy;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointStatus;
import dev.sluice.schemas.SubjectPolicy;
import java.util.Optional;

/**
 * One endpoint as several topics describe it.
 *
 * @param endpoint what it is
 * @param policy what is desired for its identity; empty while no policy has been compiled, which
 *     closes it
 * @param status what its node says; empty while the node has said nothing
 * @param realizedLeaf beginning of the leaf that its node says its rules have; empty while it has
 *     none
 * @param desiredRevision the revision in force
 */
record EndpointView(
    Endpoint endpoint,
    Optional<SubjectPolicy> policy,
    Optional<EndpointStatus> status,
    String realizedLeaf,
    long desiredRevision) {

  private static final int LEAF_DIGITS = 16;

  String name() {
    return endpoint.getNamespace() + "/" + endpoint.getPod();
  }

  /** Cilium's word: waiting-for-identity, regenerating, ready, not-ready or disconnected. */
  String state() {
    return status.map(EndpointStatus::getState).orElse("waiting-for-identity");
  }

  /** The revision that its node's kernel enforces; 0 while it is closed. */
  long realizedRevision() {
    return status.map(EndpointStatus::getRealizedRevision).orElse(0L);
  }

  /** Whether the rules that its node enforces for it are, by their hash, those desired now. */
  boolean acknowledged() {
    return !realizedLeaf.isEmpty()
        && policy.map(SubjectPolicy::getHash).filter(h -> h.startsWith(realizedLeaf)).isPresent();
  }

  /**
   * Whether its node enforces a revision or a later one, and has acknowledged by their hash the
   * rules desired now: one that is behind counts for no revision, since what it acknowledges cannot
   * be compared.
   */
  boolean realised(long revision) {
    return realizedRevision() >= Math.max(1, revision) && acknowledged();
  }

  /** The hash of the rules desired now, as long as nodes tell it; empty while there are none. */
  String desiredLeaf() {
    return policy
        .map(SubjectPolicy::getHash)
        .map(hash -> hash.substring(0, Math.min(LEAF_DIGITS, hash.length())))
        .orElse("");
  }

  boolean ingressEnforced() {
    return policy.map(SubjectPolicy::getIngress).map(DirectionPolicy::getEnforced).orElse(true);
  }

  boolean egressEnforced() {
    return policy.map(SubjectPolicy::getEgress).map(DirectionPolicy::getEnforced).orElse(true);
  }

  /** none, ingress, egress or both, as {@code status.policy.*.policy-enabled} has it. */
  String enabled() {
    if (ingressEnforced()) {
      return egressEnforced() ? "both" : "ingress";
    }
    return egressEnforced() ? "egress" : "none";
  }
}
