package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * The one processor of a stream: hands records to the engine, and the engine's rows, those of one
 * record together, to sinks.
 */
final class FoldProcessor implements Processor<String, SpecificRecord, byte[], byte[]> {
  /** How soon a stream notices what no record tells it: a start, a snapshot that is due. */
  private static final Duration TICK = Duration.ofMillis(100);

  private final Settings settings;
  private final TopicSerdes serdes;
  private final Derivation derivation;
  private final FoldHost host;
  private final Map<String, Topic<?>> topics = new HashMap<>();
  private ProcessorContext<byte[], byte[]> context;
  private FoldEngine engine;

  FoldProcessor(Settings settings, TopicSerdes serdes, Derivation derivation, FoldHost host) {
    this.settings = settings;
    this.serdes = serdes;
    this.derivation = derivation;
    this.host = host;
    derivation.inputs().forEach(topic -> topics.put(topic.name(settings), topic));
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    EncodedRows rows =
        new EncodedRows(settings, serdes, context::currentSystemTimeMs, context::forward);
    this.engine =
        new FoldEngine(
            derivation,
            host.pages(),
            host.shelf(),
            host.snapshotInterval(),
            rows,
            host::ready,
            host::changed);
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, engine::tick);
  }

  @Override
  public void process(Record<String, SpecificRecord> record) {
    RecordMetadata place = context.recordMetadata().orElseThrow();
    engine.accept(
        new InputRecord(
            topics.get(place.topic()),
            place.offset(),
            record.key(),
            record.value(),
            removedAt(record.headers())));
  }

  private static long removedAt(Headers headers) {
    Header header = headers.lastHeader(TopicReader.removedAt(0).key());
    return header == null ? -1 : java.nio.ByteBuffer.wrap(header.value()).getLong();
  }

  @Override
  public void close() {
    host.closed(engine::lastImage);
    engine.close();
  }
}
