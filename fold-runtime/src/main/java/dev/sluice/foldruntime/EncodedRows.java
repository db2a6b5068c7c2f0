package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Rows that are written together, encoded one by one and handed over at once: the producer, which
 * waits for nothing, then finds them all when it looks, and sends one request instead of several.
 * Each request wakes every reader of its topics. For one thread.
 */
final class EncodedRows implements FoldEngine.RowWriter {
  /** Where so many wait, waiting for more saves nothing. */
  private static final int MOST = 200;

  private record Encoded(String sink, Record<byte[], byte[]> record) {}

  private final Settings settings;
  private final TopicSerdes serdes;
  private final LongSupplier clock;
  private final BiConsumer<Record<byte[], byte[]>, String> forward;
  private final List<Encoded> waiting = new ArrayList<>();

  /**
   * @param clock ms since 1970, for rows whose time is the time of writing
   * @param forward takes a record and the name of its sink
   */
  EncodedRows(
      Settings settings,
      TopicSerdes serdes,
      LongSupplier clock,
      BiConsumer<Record<byte[], byte[]>, String> forward) {
    this.settings = settings;
    this.serdes = serdes;
    this.clock = clock;
    this.forward = forward;
  }

  /** Adds one behind the others. */
  @Override
  public void add(OutputRow row) {
    waiting.add(new Encoded(FoldTopology.sink(row.topic()), encoded(row)));
    if (waiting.size() == MOST) {
      handOver();
    }
  }

  @SuppressWarnings("unchecked") // the topic names the class of its values
  private Record<byte[], byte[]> encoded(OutputRow row) {
    String topic = row.topic().name(settings);
    Serializer<SpecificRecord> values =
        (Serializer<SpecificRecord>) (Serializer<?>) serdes.values(row.topic()).serializer();
    Headers headers =
        row.value() == null
            ? new RecordHeaders(List.of(TopicReader.removedAt(row.position())))
            : new RecordHeaders();
    return new Record<>(
        serdes.keys(row.topic()).serializer().serialize(topic, row.key()),
        row.value() == null ? null : values.serialize(topic, row.value()),
        row.timeMillis() == OutputRow.NOW ? clock.getAsLong() : row.timeMillis(),
        headers);
  }

  /** Hands all over, in the order in which they came. */
  @Override
  public void handOver() {
    for (Encoded each : waiting) {
      forward.accept(each.record, each.sink);
    }
    waiting.clear();
  }
}
