package dev.sluice.schemas.convert;

import dev.sluice.core.cluster.ReadFields;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.K8sObject;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads many records ahead of a fold and does there what the fold would have to: it has what folds
 * read of each ready, and gives an object's records one key, so that who looks it up compares one
 * reference. For one thread.
 */
public final class EventReader {
  /** Then it begins anew: keys of objects that are gone would stay for ever. */
  private static final int MOST_KEYS = 1 << 18;

  private final Map<ObjectKey, ObjectKey> keys = new HashMap<>();

  /** As {@link ObjectEvents#fromAvro}. */
  public ObjectEvent read(K8sObject record, long offset) {
    ObjectEvent event = ObjectEvents.fromAvro(record, offset);
    if (keys.size() == MOST_KEYS) {
      keys.clear();
    }
    ObjectKey known = keys.putIfAbsent(event.key(), event.key());
    ReadFields.read(event);
    return known == null ? event : event.withKey(known);
  }
}
