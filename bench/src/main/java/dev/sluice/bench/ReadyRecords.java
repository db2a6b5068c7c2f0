package dev.sluice.bench;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the producer alone does: records of a flow's size that are there already, half of their
 * bytes random, with the flow producer's settings. Prints {@code RECORDS SECONDS}.
 */
public final class ReadyRecords {
  private static final String TOPIC = "sluice-bench.ready";
  private static final int KEY_BYTES = 36;
  private static final int VALUE_BYTES = 256;
  private static final int DIFFERENT = 4096;
  private static final int WARM_UP = 300_000;

  private ReadyRecords() {}

  /** {@code ReadyRecords RECORDS key=value…}. */
  public static void main(String[] arguments) throws Exception {
    int records = Integer.parseInt(arguments[0]);
    Settings settings = Settings.defaults().with(List.of(arguments).subList(1, arguments.length));
    String topic = ownTopic(settings);
    Map<String, Object> properties = new HashMap<>(KafkaClients.flowProducer(settings, "ready"));
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 24L << 20);
    byte[][] keys = random(KEY_BYTES);
    byte[][] values = random(VALUE_BYTES);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      send(producer, topic, keys, values, WARM_UP);
      producer.flush();
      long begun = System.nanoTime();
      send(producer, topic, keys, values, records);
      producer.flush();
      System.out.printf("%d %.3f%n", records, (System.nanoTime() - begun) / 1e9);
      producer.close(Duration.ZERO);
    }
  }

  /** With as many partitions as flows have; made by the first round. */
  private static String ownTopic(Settings settings) throws Exception {
    String flows = Topics.FLOWS.name(settings);
    try (Admin admin = KafkaClients.newAdmin(settings, "ready")) {
      int partitions =
          admin.describeTopics(List.of(flows)).allTopicNames().get().get(flows).partitions().size();
      if (!admin.listTopics().names().get().contains(TOPIC)) {
        admin.createTopics(List.of(new NewTopic(TOPIC, partitions, (short) 1))).all().get();
      }
    }
    return TOPIC;
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      byte[][] keys,
      byte[][] values,
      int count) {
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>(topic, keys[i % DIFFERENT], values[i % DIFFERENT]));
    }
  }

  private static byte[][] random(int bytes) {
    byte[][] all = new byte[DIFFERENT][bytes];
    byte[] half = new byte[bytes / 2];
    for (byte[] one : all) {
      ThreadLocalRandom.current().nextBytes(half);
      System.arraycopy(half, 0, one, 0, half.length);
    }
    return all;
  }
}
