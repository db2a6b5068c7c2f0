package dev.sluice.core.compile;

import java.util.List;

/**
 * A value of topic revisions as whoever reads it finds it: the fields of {@link RevisionMade}, of
 * which nothing is promised.
 */
public record KeptRevision(
    long revision,
    long position,
    long timeMillis,
    String cause,
    String causeType,
    String who,
    String hash,
    long previousRevision,
    String previousHash,
    String inputDigest,
    List<String> policiesChanged,
    List<Integer> subjectsChanged) {

  /** What the topic has of a revision when all is as it should be. */
  static KeptRevision of(RevisionMade made) {
    return new KeptRevision(
        made.revision(),
        made.position(),
        made.timeMillis(),
        made.cause().toString(),
        made.causeType().name(),
        made.who(),
        made.hash(),
        made.previousRevision(),
        made.previousHash(),
        made.inputDigest(),
        made.policiesChanged(),
        made.subjectsChanged());
  }
}
