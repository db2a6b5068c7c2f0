package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import java.util.Map;
import java.util.function.Consumer;

/** Reads topics of one partition outside of what the stream consumes. */
public interface TopicPages {
  /**
   * Reads from an offset (or the first record the topic still has, if that is later) to the present
   * end; returns the offset after the last record.
   */
  long read(Topic<?> topic, long from, Consumer<InputRecord> sink);

  /** As {@link #read}, of the last {@code count} offsets. */
  long readLast(Topic<?> topic, long count, Consumer<InputRecord> sink);

  /**
   * Goes on reading topics.
   *
   * @param from the offset of each to begin at
   */
  TopicTail follow(Map<Topic<?>, Long> from);

  /** Offset of the first record the topic still has, or of the next one to come. */
  long beginning(Topic<?> topic);
}
