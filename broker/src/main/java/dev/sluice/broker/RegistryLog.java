package dev.sluice.broker;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.topic.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The registry's compacted topic: one partition, one writer. For one thread at a time. */
final class RegistryLog implements AutoCloseable {
  static final String TOPIC = "_schemas";
  private static final int WRITE_TIMEOUT_MILLIS = 15_000;
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private final Settings settings;
  private final KafkaProducer<String, String> producer;

  /** Makes the topic if it is not there. */
  RegistryLog(Settings settings) {
    this.settings = settings;
    try (Admin admin = KafkaClients.newAdmin(settings, "registry")) {
      create(admin);
    }
    Map<String, Object> properties = KafkaClients.producer(settings, "registry");
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, WRITE_TIMEOUT_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, WRITE_TIMEOUT_MILLIS / 3);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, WRITE_TIMEOUT_MILLIS);
    this.producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }

  private static void create(Admin admin) {
    NewTopic topic =
        new NewTopic(TOPIC, Optional.of(1), Optional.empty())
            .configs(
                Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    TopicConfig.SEGMENT_BYTES_CONFIG,
                    "1048576"));
    try {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw new KafkaException("cannot create topic " + TOPIC, e.getCause());
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Hands over every record from the first to the present end. */
  void read(Consumer<RegistryRecord> sink) {
    Map<String, Object> properties = new HashMap<>(KafkaClients.consumer(settings, "registry"));
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
      while (consumer.position(PARTITION) < end) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> RegistryRecord.of(record.key(), record.value()).ifPresent(sink));
      }
    }
  }

  /**
   * Writes a record and waits until it is there.
   *
   * @throws RegistryException 500 when that is not known; it may be there nevertheless
   */
  void append(RegistryRecord record) {
    try {
      producer.send(new ProducerRecord<>(TOPIC, 0, record.key(), record.value())).get();
    } catch (ExecutionException | KafkaException e) {
      throw new RegistryException(500, 50001, "Error in the backend data store: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException(500, 50002, "Interrupted", e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
