package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** Pages of the real brokers; a reader is opened for each call. */
public final class KafkaTopicPages implements TopicPages {
  private final Settings settings;
  private final TopicSerdes serdes;

  public KafkaTopicPages(Settings settings, TopicSerdes serdes) {
    this.settings = settings;
    this.serdes = serdes;
  }

  @Override
  public long read(Topic<?> topic, long from, Consumer<InputRecord> sink) {
    try (TopicReader<? extends SpecificRecord> reader = TopicReader.open(settings, serdes, topic)) {
      reader.seek(Math.max(from, reader.beginningOffset()));
      reader.readToEnd(entry -> sink.accept(record(topic, entry)));
      return reader.nextOffset();
    }
  }

  @Override
  public long readLast(Topic<?> topic, long count, Consumer<InputRecord> sink) {
    try (TopicReader<? extends SpecificRecord> reader = TopicReader.open(settings, serdes, topic)) {
      reader.seekBack(count);
      reader.readToEnd(entry -> sink.accept(record(topic, entry)));
      return reader.nextOffset();
    }
  }

  @Override
  public TopicTail follow(Map<Topic<?>, Long> from) {
    List<TopicReader<? extends SpecificRecord>> readers = new ArrayList<>();
    TopicTail tail =
        new TopicTail() {
          @Override
          public int poll(Consumer<InputRecord> sink) {
            int count = 0;
            for (TopicReader<? extends SpecificRecord> reader : readers) {
              count += reader.look(entry -> sink.accept(record(reader.topic(), entry)));
            }
            return count;
          }

          @Override
          public void close() {
            readers.forEach(TopicReader::close);
          }
        };
    try {
      from.forEach(
          (topic, offset) -> {
            TopicReader<? extends SpecificRecord> reader =
                TopicReader.openForLooks(settings, serdes, topic);
            readers.add(reader);
            reader.seek(offset);
          });
      return tail;
    } catch (RuntimeException e) {
      tail.close();
      throw e;
    }
  }

  @Override
  public long beginning(Topic<?> topic) {
    try (TopicReader<? extends SpecificRecord> reader = TopicReader.open(settings, serdes, topic)) {
      return reader.beginningOffset();
    }
  }

  private static InputRecord record(
      Topic<?> topic, TopicReader.Entry<? extends SpecificRecord> entry) {
    return new InputRecord(topic, entry.offset(), entry.key(), entry.value(), entry.removedAt());
  }
}
