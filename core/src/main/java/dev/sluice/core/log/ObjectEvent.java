package dev.sluice.core.log;

import java.util.Map;
import java.util.function.Function;

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

  /**
   * All but the body as bytes, whole numbers, and texts with their lengths: no two records give the
   * same. A {@link LazyTree} keeps it. Not to be changed.
   */
  public byte[] head() {
    return body instanceof LazyTree lazy ? lazy.head(this) : EventHead.of(this);
  }

  /**
   * What a reader makes of the record; a {@link LazyTree} keeps it, so that several folds have it
   * made once, and whoever decodes records ahead of them may have it made there.
   *
   * @param reader a pure function, one object for ever: what is kept is found by it
   */
  public <T> T read(Function<ObjectEvent, T> reader) {
    return body instanceof LazyTree lazy ? lazy.read(this, reader) : reader.apply(this);
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
