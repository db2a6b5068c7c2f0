package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import org.apache.avro.specific.SpecificRecord;

/**
 * One record of a topic, as a stream reads it.
 *
 * @param value null: a tombstone
 * @param removedAt of a tombstone whose writer said so: the position it is true for; else -1
 */
public record InputRecord(
    Topic<?> topic, long offset, String key, SpecificRecord value, long removedAt) {
  /** What the row is true for: its field {@code position}; -1 when it does not say. */
  long position() {
    return value == null ? removedAt : Rows.position(value);
  }
}
