package dev.sluice.node.topic;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.schemas.DnsAnswer;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes what the node learned to topic dns.answers, on a thread of its own; whoever tells it waits
 * for nothing. An event is written at once when none was for a while, and those that follow soon go
 * together: each request wakes the broker, identity-stream and every node, one after the other, on
 * CPUs that the next question needs. What brokers do not take in time is told again by whoever
 * keeps what is unconfirmed. Any thread.
 */
public final class AnswersWriter implements Consumer<DnsEvent>, AutoCloseable {
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int MOST_WAITING = 20_000;
  private static final int BLOCK_MILLIS = 5;
  private static final int FIND_TRIES = 400;
  private static final int DELIVERY_MILLIS = 30_000;

  private final Producer<byte[], byte[]> producer;
  private final TopicSerdes serdes;
  private final String topic;
  private final BlockingQueue<DnsEvent> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("answers-writer").unstarted(this::run);
  private volatile boolean closing;

  AnswersWriter(Producer<byte[], byte[]> producer, TopicSerdes serdes, String topic) {
    this.producer = producer;
    this.serdes = serdes;
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
            new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()),
            serdes,
            Topics.DNS_ANSWERS.name(settings));
    writer.findTopic();
    return writer.start();
  }

  AnswersWriter start() {
    thread.start();
    return this;
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
    if (closing || !waiting.offer(event)) {
      lost.incrementAndGet();
    }
  }

  private void run() {
    try {
      while (!closing) {
        List<DnsEvent> events = new ArrayList<>();
        events.add(waiting.take());
        waiting.drainTo(events);
        write(events);
        LockSupport.parkNanos(PACE_NANOS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is closed
    }
  }

  /** Encodes them first: the producer then finds all of them when it looks. */
  private void write(List<DnsEvent> events) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(events.size());
    for (DnsEvent event : events) {
      DnsAnswer value = DnsRecords.toAvro(event);
      records.add(
          new ProducerRecord<>(
              topic,
              serdes.keys(Topics.DNS_ANSWERS).serializer().serialize(topic, DnsRecords.key(event)),
              serdes.values(Topics.DNS_ANSWERS).serializer().serialize(topic, value)));
    }
    for (ProducerRecord<byte[], byte[]> record : records) {
      if (closing) {
        return; // brokers that are away would keep it
      }
      send(record);
    }
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    try {
      producer.send(
          record,
          (written, failure) -> {
            if (failure != null) {
              lost.incrementAndGet();
            }
          });
    } catch (KafkaException e) {
      lost.incrementAndGet();
    }
  }

  /** Facts that found no place here, and records that the brokers did not take in time. */
  public long lost() {
    return lost.get();
  }

  /** What was not written yet is not confirmed either: the successor tells it again. */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    thread.interrupt();
    thread.join(Duration.ofSeconds(2));
    producer.close(Duration.ofSeconds(2));
  }
}
