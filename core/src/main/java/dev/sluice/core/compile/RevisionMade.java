package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.List;

/**
 * One value of topic revisions: a place in the log where policy changed.
 *
 * @param revision base + position
 * @param position offset of the k8s.objects record that made it
 * @param timeMillis that record's time
 * @param cause the object of that record
 * @param causeType its type; SYNCED for the first revision, when the world was first whole
 * @param hash Merkle root after it, hex
 * @param previousRevision 0 when it is the first
 * @param previousHash empty when it is the first
 * @param inputDigest hex SHA-256 chained over every record since the revision before, this included
 * @param policiesChanged {@code kind/namespace/name}, sorted
 * @param subjectsChanged identities whose rules changed, came or went, sorted
 */
public record RevisionMade(
    long revision,
    long position,
    long timeMillis,
    ObjectKey cause,
    ObjectEvent.Type causeType,
    String who,
    String hash,
    long previousRevision,
    String previousHash,
    String inputDigest,
    List<String> policiesChanged,
    List<Integer> subjectsChanged) {}
