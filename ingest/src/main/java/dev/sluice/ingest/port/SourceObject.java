package dev.sluice.ingest.port;

import dev.sluice.core.log.ObjectKey;

/**
 * One object as its source has it now.
 *
 * @param uid names this life of the object: the same key with another uid is another object
 * @param resourceVersion equal versions of one uid are equal objects; a hash of the body where the
 *     source has no versions of its own
 * @param who field manager, or file:line of the manifest
 * @param body the whole object as JSON text, without spaces
 */
public record SourceObject(
    ObjectKey key,
    String apiVersion,
    String uid,
    String resourceVersion,
    String who,
    String body) {}
