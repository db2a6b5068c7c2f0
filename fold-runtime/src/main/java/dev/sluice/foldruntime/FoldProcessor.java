package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** The one processor of a stream: hands records to the engine, and the engine's rows to sinks. */
final class FoldProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {
  /** How soon a stream notices what no record tells it: a start, a snapshot that is due. */
  private static final Duration TICK = Duration.ofMillis(20);

  private final Settings settings;
  private final Derivation derivation;
  private final FoldHost host;
  private final Map<String, Topic<?>> topics = new HashMap<>();
  private ProcessorContext<String, SpecificRecord> context;
  private FoldEngine engine;

  FoldProcessor(Settings settings, Derivation derivation, FoldHost host) {
    this.settings = settings;
    this.derivation = derivation;
    this.host = host;
    derivation.inputs().forEach(topic -> topics.put(topic.name(settings), topic));
    derivation
        .outputs()
        .forEach(output -> topics.put(output.topic().name(settings), output.topic()));
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> context) {
    this.context = context;
    this.engine =
        new FoldEngine(
            derivation,
            host.pages(),
            host.shelf(),
            host.snapshotInterval(),
            this::write,
            host::ready);
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

  private void write(OutputRow row) {
    long time =
        row.timeMillis() == OutputRow.NOW ? context.currentSystemTimeMs() : row.timeMillis();
    Headers headers =
        row.value() == null
            ? new RecordHeaders(List.of(TopicReader.removedAt(row.position())))
            : new RecordHeaders();
    context.forward(
        new Record<>(row.key(), row.value(), time, headers), FoldTopology.sink(row.topic()));
  }

  @Override
  public void close() {
    host.closed(engine::lastImage);
  }
}
