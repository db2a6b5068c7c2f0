package dev.sluice.bench;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.topic.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The same three hops through the same broker with the product's Kafka settings and processors that
 * do nothing: producer, stream, stream, consumer. For one thread.
 */
final class Hops implements AutoCloseable {
  private static final List<String> TOPICS =
      List.of("sluice-bench.a", "sluice-bench.b", "sluice-bench.c");

  private final List<KafkaStreams> streams;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private Hops(
      List<KafkaStreams> streams,
      KafkaProducer<byte[], byte[]> producer,
      KafkaConsumer<byte[], byte[]> consumer) {
    this.streams = streams;
    this.producer = producer;
    this.consumer = consumer;
  }

  static Hops open(Settings settings) throws Exception {
    try (Admin admin = KafkaClients.newAdmin(settings, "bench")) {
      admin
          .createTopics(TOPICS.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList())
          .all()
          .get();
    }
    List<KafkaStreams> streams =
        List.of(
            copy(settings, TOPICS.get(0), TOPICS.get(1)),
            copy(settings, TOPICS.get(1), TOPICS.get(2)));
    Map<String, Object> producing = KafkaClients.producer(settings, "bench");
    Map<String, Object> consuming = KafkaClients.consumer(settings, "bench");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(consuming, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    TopicPartition end = new TopicPartition(TOPICS.get(2), 0);
    consumer.assign(List.of(end));
    consumer.seekToEnd(List.of(end));
    consumer.position(end);
    return new Hops(
        streams,
        new KafkaProducer<>(producing, new ByteArraySerializer(), new ByteArraySerializer()),
        consumer);
  }

  private static KafkaStreams copy(Settings settings, String from, String to) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(from, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("in"))
        .to(to, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("out"));
    Properties properties = new Properties();
    properties.putAll(KafkaClients.streams(settings, "sluice-bench-" + to));
    KafkaStreams streams = new KafkaStreams(builder.build(), properties);
    streams.start();
    return streams;
  }

  /** Sends one record of {@code bytes} and waits for it at the end; milliseconds. */
  double millis(int bytes) {
    long start = System.nanoTime();
    producer.send(new ProducerRecord<>(TOPICS.getFirst(), new byte[bytes]));
    long deadline = start + Duration.ofSeconds(30).toNanos();
    while (consumer.poll(Duration.ofMillis(100)).isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the three hops carry nothing");
      }
    }
    return (System.nanoTime() - start) / 1e6;
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
    streams.forEach(stream -> stream.close(Duration.ofSeconds(10)));
  }
}
