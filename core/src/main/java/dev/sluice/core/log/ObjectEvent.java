package dev.sluice.core.log;

import java.util.Map;

/**
 * One record of topic k8s.objects as the folds see it.
 *
 * @param offset its place in the log
 * @param timeMillis when the writer saw it, ms since 1970; the only time a fold knows
 * @param who field manager, or file:line of the manifest
 * @param epoch writer epoch; folds drop records of a lower one than the highest seen
 * @param base GENESIS only: what is added to an offset to make a revision
 * @param body the object as parsed JSON (Map, List, String, Long, Double, Boolean, null); for
 *     DELETED the last known one
 */
public record ObjectEvent(
    long offset,
    Type type,
    ObjectKey key,
    String apiVersion,
    String uid,
    String resourceVersion,
    long timeMillis,
    String who,
    long epoch,
    long base,
    Map<String, Object> body) {

  /** The same record with a key that is equal to its own. */
  public ObjectEvent withKey(ObjectKey same) {
    return new ObjectEvent(
        offset, type, same, apiVersion, uid, resourceVersion, timeMillis, who, epoch, base, body);
  }

  public enum Type {
    GENESIS,
    ADDED,
    MODIFIED,
    DELETED,
    SYNC_STARTED,
    SYNCED,
    BOOKMARK
  }
}
