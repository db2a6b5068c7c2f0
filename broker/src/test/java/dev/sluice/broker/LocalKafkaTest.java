package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.nio.file.Path;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broker and registry over one directory: what was written is there after a restart. */
class LocalKafkaTest {
  @TempDir Path directory;

  @Test
  void aRestartKeepsPortsRecordsAndSchemas() throws Exception {
    Settings first;
    try (LocalKafka kafka = LocalKafka.start(directory)) {
      first = kafka.settings();
      ensureTopics(first);
      write(first, 1);
    }
    try (LocalKafka kafka = LocalKafka.start(directory)) {
      assertEquals(first, kafka.settings());
      ensureTopics(first);
      write(first, 2);
      assertEquals("[1, 2]", positions(first));
    }
  }

  private static void ensureTopics(Settings settings) {
    try (Admin admin = KafkaClients.newAdmin(settings, "test")) {
      TopicCatalogue.ensure(admin, settings);
    }
  }

  private static void write(Settings settings, long position) throws Exception {
    try (TopicSerdes serdes = TopicSerdes.connect(settings)) {
      serdes.registerAll();
      try (KafkaProducer<String, DesiredRow> producer =
          KafkaClients.newProducer(settings, "test", serdes, Topics.DESIRED)) {
        Mark mark = new Mark(position, 7L, "");
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DESIRED.name(settings), Topics.MARK_KEY, new DesiredRow(position, mark)))
            .get();
      }
    }
  }

  private static String positions(Settings settings) {
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      return reader.readToEnd().stream().map(e -> e.value().getPosition()).toList().toString();
    }
  }
}
