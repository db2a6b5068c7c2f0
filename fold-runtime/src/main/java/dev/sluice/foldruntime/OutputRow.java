package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import org.apache.avro.specific.SpecificRecord;

/**
 * One row that a stream writes.
 *
 * @param position of the k8s.objects record that caused it
 * @param value null: the key is removed
 * @param timeMillis Kafka's timestamp of the record, ms since 1970; {@link #NOW} for the time of
 *     writing
 */
public record OutputRow(
    Topic<?> topic, String key, long position, SpecificRecord value, long timeMillis) {
  /** Compacted topics: how long a row outlives a newer one counts from its writing. */
  public static final long NOW = -1;

  public static OutputRow upsert(Topic<?> topic, String key, long position, SpecificRecord value) {
    return new OutputRow(topic, key, position, value, NOW);
  }

  public static OutputRow remove(Topic<?> topic, String key, long position) {
    return new OutputRow(topic, key, position, null, NOW);
  }

  /** Whether it only says how far its topic is. */
  boolean isMark() {
    return key.equals(Topics.MARK_KEY);
  }
}
