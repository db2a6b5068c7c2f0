package dev.sluice.cli.look;

import dev.sluice.core.compile.SubjectHash;
import dev.sluice.core.label.LabelSet;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.SubjectPolicy;
import dev.sluice.schemas.SubjectStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a node's last status is worth now.
 *
 * @param status what it said
 * @param state whether that is what is desired
 */
record NodeHealth(NodeStatus status, State state) {
  /** How many status intervals may be missed before a node counts as silent. */
  private static final int MISSED = 3;

  enum State {
    /** It enforces the revision in force, and its hash is the one that topic desired gives. */
    OK,
    /** It enforces an earlier revision. */
    BEHIND,
    /** It says that it enforces this revision, but its rules are others. */
    DIFFERS,
    /** Its applier has said nothing for several intervals: its kernel goes on with what it had. */
    STALE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Judges a status by what is desired.
   *
   * @param interval how often at least a living applier writes one
   */
  static NodeHealth of(NodeStatus status, ClusterView cluster, Instant now, Duration interval) {
    return new NodeHealth(status, state(status, cluster, now, interval));
  }

  private static State state(
      NodeStatus status, ClusterView cluster, Instant now, Duration interval) {
    if (status.getTime().plus(interval.multipliedBy(MISSED)).isBefore(now)) {
      return State.STALE;
    }
    if (status.getRevision() < cluster.mark().getRevision()) {
      return State.BEHIND;
    }
    // Of a later position than was read here nothing can be said; of an earlier one, not yet.
    if (hash(status, cluster).equals(status.getHash())
        || status.getPosition() > cluster.mark().getPosition()) {
      return State.OK;
    }
    return status.getPosition() < cluster.mark().getPosition() ? State.BEHIND : State.DIFFERS;
  }

  /** What the node's hash must be when its subjects enforce what is desired. */
  private static String hash(NodeStatus status, ClusterView cluster) {
    Map<LabelSet, String> leaves = new HashMap<>();
    for (SubjectStatus subject : status.getSubjects()) {
      SubjectPolicy policy = cluster.policies().get(subject.getIdentity());
      if (policy != null) {
        leaves.put(LabelSet.parse(policy.getLabels()), policy.getHash());
      }
    }
    return SubjectHash.ofAll(leaves);
  }

  /** In a few words, for people. */
  String text(Instant now) {
    String place =
        "revision %d at position %d, %d endpoints"
            .formatted(status.getRevision(), status.getPosition(), status.getEndpoints().size());
    String said = status.getMessage().isEmpty() ? "" : "; " + status.getMessage();
    return switch (state) {
      case OK -> "Ok   " + place + said;
      case BEHIND -> "Behind   " + place + said;
      case DIFFERS -> "Differs   " + place + ", whose rules are not those that are desired" + said;
      case STALE ->
          "Stale   silent since %s (%d s): its kernel goes on with %s"
              .formatted(
                  status.getTime(), Duration.between(status.getTime(), now).toSeconds(), place);
    };
  }
}
