package dev.sluice.broker;

import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Writes and reads marks of topic desired, through everything a process module uses. */
final class DesiredLog implements AutoCloseable {
  private final Settings settings;
  private final TopicSerdes serdes;
  private final KafkaProducer<String, DesiredRow> producer;

  DesiredLog(Settings settings) {
    this.settings = settings;
    this.serdes = TopicSerdes.connect(settings);
    try (Admin admin = KafkaClients.newAdmin(settings, "test")) {
      TopicCatalogue.ensure(admin, settings);
    }
    serdes.registerAll();
    this.producer = KafkaClients.newProducer(settings, "test", serdes, Topics.DESIRED);
  }

  Future<RecordMetadata> write(long position) {
    DesiredRow row = new DesiredRow(position, new Mark(position, 7L, ""));
    return producer.send(new ProducerRecord<>(Topics.DESIRED.name(settings), Topics.MARK_KEY, row));
  }

  /** The positions of all marks, in order. */
  List<Long> positions() {
    try (TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      return reader.readToEnd().stream().map(entry -> entry.value().getPosition()).toList();
    }
  }

  @Override
  public void close() {
    producer.close();
    serdes.close();
  }
}
