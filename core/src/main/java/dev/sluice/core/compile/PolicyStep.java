package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import java.util.List;
import java.util.Optional;

/**
 * What one record of the log causes.
 *
 * @param position the fold's position after it
 * @param desired additions in dependency order (selectors, members, policies, addresses), then
 *     removals in reverse
 * @param revision the revision in force at the position; 0 before the world is whole
 * @param hash Merkle root in force; empty before the world is whole
 * @param revisionMade present when this record made a revision
 * @param diagnostics those raised, changed and cleared, sorted by key
 */
public record PolicyStep(
    long position,
    List<Change<DesiredRecord>> desired,
    long revision,
    String hash,
    Optional<RevisionMade> revisionMade,
    List<Change<DiagnosticRecord>> diagnostics) {}
