package dev.sluice.broker.interop;

import dev.sluice.schemas.SampleRecords;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Samples of every topic, written with our serdes through Kafka and fetched as bytes, as an
 * ordinary consumer gets them.
 */
final class WrittenRecords {
  private static final int EACH = 25;

  /** One record as a consumer fetched it. */
  record Fetched(String topic, byte[] key, byte[] value) {}

  private WrittenRecords() {}

  /** Writes {@value #EACH} records to each topic and fetches all. */
  static List<Fetched> of(Settings settings) throws Exception {
    try (Admin admin = KafkaClients.newAdmin(settings, "interop")) {
      TopicCatalogue.ensure(admin, settings);
    }
    List<Fetched> fetched = new ArrayList<>();
    try (TopicSerdes serdes = TopicSerdes.connect(settings)) {
      serdes.registerAll();
      for (Topic<?> topic : Topics.all()) {
        write(settings, serdes, topic);
        fetched.addAll(fetch(settings, topic));
      }
    }
    return fetched;
  }

  private static <V extends SpecificRecord> void write(
      Settings settings, TopicSerdes serdes, Topic<V> topic) throws Exception {
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<String, V> producer =
        KafkaClients.newProducer(settings, "interop", serdes, topic)) {
      for (V sample : SampleRecords.of(topic, EACH, 7)) {
        String key = "key-" + sent.size();
        sent.add(producer.send(new ProducerRecord<>(topic.name(settings), key, sample)));
      }
      producer.flush();
      for (Future<?> record : sent) {
        record.get();
      }
    }
  }

  private static List<Fetched> fetch(Settings settings, Topic<?> topic) {
    List<Fetched> fetched = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            KafkaClients.consumer(settings, "interop"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.name(settings)).stream()
              .map(found -> new TopicPartition(found.topic(), found.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (fetched.size() < EACH) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(r -> fetched.add(new Fetched(r.topic(), r.key(), r.value())));
      }
    }
    return fetched;
  }
}
