package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading a topic from any place; every test has a prefix of its own. */
@Timeout(120)
class TopicReaderTest {
  private static LocalKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
  }

  @AfterAll
  static void stop() throws Exception {
    kafka.close();
  }

  /** Topic desired with marks of positions 0 to 9, at times 1000 to 1009, then a tombstone. */
  private static Settings filled(String prefix) throws Exception {
    Settings settings = kafka.settings().with(Setting.TOPIC_PREFIX, prefix);
    String name = Topics.DESIRED.name(settings);
    try (Admin admin = KafkaClients.newAdmin(settings, "test");
        TopicSerdes serdes = TopicSerdes.connect(settings)) {
      TopicCatalogue.ensure(admin, settings, List.of(Topics.DESIRED));
      serdes.register(Topics.DESIRED);
      try (KafkaProducer<String, DesiredRow> producer =
          KafkaClients.newProducer(settings, "test", serdes, Topics.DESIRED)) {
        for (long i = 0; i < 10; i++) {
          DesiredRow row = new DesiredRow(i, new Mark(i, 0L, ""));
          producer.send(new ProducerRecord<>(name, null, 1000 + i, "mark", row));
        }
        List<Header> headers = List.of(TopicReader.removedAt(77));
        producer.send(new ProducerRecord<>(name, null, 1010L, "member/a/1", null, headers)).get();
      }
    }
    return settings;
  }

  @Test
  void readsFromAnyPlaceToTheEnd() throws Exception {
    Settings settings = filled("places.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      assertEquals(offsets(0, 10), offsets(reader.readToEnd()));
      assertEquals(List.of(), reader.readToEnd());
      assertEquals(11, reader.nextOffset());
      assertEquals(offsets(4, 10), offsets(reader.seek(4).readToEnd()));
      assertEquals(offsets(8, 10), offsets(reader.seekBack(3).readToEnd()));
      assertEquals(offsets(0, 10), offsets(reader.seekBack(300).readToEnd()));
      assertEquals(offsets(6, 10), offsets(reader.seekToTime(1006).readToEnd()));
      assertEquals(List.of(), reader.seekToTime(5000).readToEnd());
      assertEquals(List.of(), reader.seekToEnd().readToEnd());
      assertEquals(0, reader.beginningOffset());
      assertEquals(11, reader.endOffset());
    }
  }

  @Test
  void looksHandOverEverythingOnceAndWhatComesLater() throws Exception {
    Settings settings = filled("looks.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader =
            TopicReader.openForLooks(settings, serdes, Topics.DESIRED)) {
      assertEquals(offsets(0, 10), offsets(reader.readToEnd()));
      List<TopicReader.Entry<DesiredRow>> seen = new ArrayList<>();
      for (long more = 11; more < 14; more++) {
        assertEquals(0, reader.look(seen::add)); // asks, and is answered with nothing
        try (KafkaProducer<String, DesiredRow> producer =
            KafkaClients.newProducer(settings, "test", serdes, Topics.DESIRED)) {
          DesiredRow row = new DesiredRow(more, new Mark(more, 0L, ""));
          producer.send(new ProducerRecord<>(Topics.DESIRED.name(settings), "mark", row)).get();
        }
        while (seen.size() < more - 10) {
          reader.look(seen::add);
        }
      }
      assertEquals(offsets(11, 13), offsets(seen));
    }
  }

  @Test
  void aTombstoneSaysForWhichPosition() throws Exception {
    Settings settings = filled("tombs.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      List<TopicReader.Entry<DesiredRow>> entries = reader.readToEnd();
      assertEquals(new TopicReader.Entry<>(0, 10, "member/a/1", null, 1010, 77), entries.getLast());
      assertEquals(-1, entries.getFirst().removedAt());
    }
  }

  @Test
  void recordsThatAreGoneAskForAResync() throws Exception {
    Settings settings = filled("gone.");
    TopicPartition partition = new TopicPartition(Topics.DESIRED.name(settings), 0);
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED);
        Admin admin = KafkaClients.newAdmin(settings, "test")) {
      // Kafka deletes what retention deletes, at once; a compacted topic forbids it.
      admin.incrementalAlterConfigs(deletable(partition.topic())).all().get();
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(5))).all().get();
      reader.seek(2);
      assertThrows(ResyncNeededException.class, reader::readToEnd);
      assertEquals(offsets(5, 10), offsets(reader.readToEnd()));
    }
  }

  @Test
  void bytesOfOthersAreNamedByTheirPlace() throws Exception {
    Settings settings = filled("others.");
    String name = Topics.DESIRED.name(settings);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            KafkaClients.producer(settings, "test"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(name, new byte[] {1}, new byte[] {2})).get();
    }
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      SerializationException refused =
          assertThrows(SerializationException.class, reader::readToEnd);
      assertTrue(
          refused
              .getMessage()
              .startsWith("topic others.desired, partition 0, offset 11 cannot be read: "),
          refused.getMessage());
    }
  }

  @Test
  void aTopicThatIsNotThereIsSaidToBe() {
    Settings settings = kafka.settings().with(Setting.TOPIC_PREFIX, "none.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings)) {
      IllegalStateException missing =
          assertThrows(
              IllegalStateException.class,
              () -> TopicReader.open(settings, serdes, Topics.DESIRED));
      assertEquals(
          "there is no topic none.desired: start the process that writes it first",
          missing.getMessage());
    }
  }

  @Test
  void aPollReturnsWithNothing() throws Exception {
    Settings settings = filled("empty.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<DesiredRow> reader = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      reader.seekToEnd();
      List<TopicReader.Entry<DesiredRow>> seen = new ArrayList<>();
      assertEquals(0, reader.poll(Duration.ofMillis(20), seen::add));
      assertEquals(List.of(), seen);
    }
  }

  private static Map<ConfigResource, Collection<AlterConfigOp>> deletable(String topic) {
    return Map.of(
        new ConfigResource(ConfigResource.Type.TOPIC, topic),
        List.of(
            new AlterConfigOp(
                new ConfigEntry("cleanup.policy", "compact,delete"), AlterConfigOp.OpType.SET)));
  }

  private static List<Long> offsets(List<TopicReader.Entry<DesiredRow>> entries) {
    return entries.stream().map(TopicReader.Entry::offset).toList();
  }

  private static List<Long> offsets(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
