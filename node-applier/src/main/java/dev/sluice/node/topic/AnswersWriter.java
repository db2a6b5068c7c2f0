package dev.sluice.node.topic;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Writes what the node learned to topic dns.answers and never waits for brokers: what they do not
 * take in time is told again by whoever keeps what is unconfirmed. Any thread.
 */
public final class AnswersWriter implements Consumer<DnsEvent>, AutoCloseable {
  private static final int BLOCK_MILLIS = 5;
  private static final int FIND_TRIES = 400;
  private static final int DELIVERY_MILLIS = 30_000;

  private final KafkaProducer<String, DnsAnswer> producer;
  private final String topic;
  private final AtomicLong lost = new AtomicLong();

  private AnswersWriter(KafkaProducer<String, DnsAnswer> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /** The schemas must have been registered. */
  public static AnswersWriter open(Settings settings, TopicSerdes serdes) {
    Map<String, Object> properties = new HashMap<>(KafkaClients.producer(settings, "node-answers"));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS / 2);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
    properties.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(3650).toMillis());
    AnswersWriter writer =
        new AnswersWriter(
            new KafkaProducer<>(
                properties,
                serdes.keys(Topics.DNS_ANSWERS).serializer(),
                serdes.values(Topics.DNS_ANSWERS).serializer()),
            Topics.DNS_ANSWERS.name(settings));
    writer.findTopic();
    return writer;
  }

  /**
   * Lets the producer learn where the topic is, which the first answer would not wait for. It has
   * to exist; where brokers are slower than this, answers are told again later.
   */
  private void findTopic() {
    for (int tries = 0; tries < FIND_TRIES; tries++) {
      try {
        producer.partitionsFor(topic);
        return;
      } catch (TimeoutException e) {
        // the next try waits for the same answer of the brokers
      }
    }
  }

  @Override
  public void accept(DnsEvent event) {
    try {
      producer.send(
          new ProducerRecord<>(topic, DnsRecords.key(event), DnsRecords.toAvro(event)),
          (written, failure) -> {
            if (failure != null) {
              lost.incrementAndGet();
            }
          });
    } catch (KafkaException e) {
      lost.incrementAndGet();
    }
  }

  /** Records that the brokers did not take in time. */
  public long lost() {
    return lost.get();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
