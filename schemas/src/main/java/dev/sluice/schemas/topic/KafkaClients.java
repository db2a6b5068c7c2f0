package dev.sluice.schemas.topic;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The properties of every Kafka client, with the values that measured best: control topics wait for
 * nothing (linger 0) and lose nothing (acks all, idempotent); flows go in large lz4 batches;
 * consumers are answered by the first byte.
 */
public final class KafkaClients {
  private KafkaClients() {}

  /** Of a producer of control topics: everything except flows. */
  public static Map<String, Object> producer(Settings settings, String clientId) {
    Map<String, Object> properties = common(settings, clientId);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    // A record waits for the brokers to come back rather than leave a hole in the order.
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    // A client whose brokers are all away forgets its metadata: then send() itself waits.
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Integer.MAX_VALUE);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD_BYTES);
    // A bound, not an allocation: one largest record must fit.
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * Topics.LARGEST_RECORD_BYTES);
    return properties;
  }

  /** Of a producer of flows: throughput before latency. */
  public static Map<String, Object> flowProducer(Settings settings, String clientId) {
    Map<String, Object> properties = common(settings, clientId);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
    return properties;
  }

  /**
   * Of a consumer that is assigned its partitions and keeps its own position: an offset out of
   * range is an error, never a silent jump.
   */
  public static Map<String, Object> consumer(Settings settings, String clientId) {
    Map<String, Object> properties = common(settings, clientId);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    // What is fetched and decoded but not yet taken is memory: a large log is read in small pieces.
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1000);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 512 << 10);
    // As the kernel sees fit: Kafka's 64 KiB let the broker wait eight times for one such piece.
    properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, Selectable.USE_DEFAULT_BUFFER_SIZE);
    return properties;
  }

  public static Map<String, Object> admin(Settings settings, String clientId) {
    return common(settings, clientId);
  }

  /** Of a Kafka Streams application: at least once, nothing waits, nothing is cached. */
  public static Map<String, Object> streams(Settings settings, String applicationId) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", settings.required(Setting.KAFKA_BOOTSTRAP_SERVERS));
    properties.put("application.id", applicationId);
    properties.put("state.dir", settings.path(Setting.STATE_DIR).toString());
    properties.put("processing.guarantee", "at_least_once");
    properties.put("num.stream.threads", 1);
    properties.put("commit.interval.ms", 100);
    properties.put("statestore.cache.max.bytes", 0);
    properties.put("ensure.explicit.internal.resource.naming", true);
    properties.put("producer." + ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put("producer." + ProducerConfig.ACKS_CONFIG, "all");
    properties.put("producer." + ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(
        "producer." + ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD_BYTES);
    properties.put(
        "producer." + ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * Topics.LARGEST_RECORD_BYTES);
    properties.put("consumer." + ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  public static Admin newAdmin(Settings settings, String clientId) {
    return Admin.create(admin(settings, clientId));
  }

  /** A producer of one control topic's records; other topics take one of their own. */
  public static <V extends org.apache.avro.specific.SpecificRecord>
      KafkaProducer<String, V> newProducer(
          Settings settings,
          String clientId,
          dev.sluice.schemas.serde.TopicSerdes serdes,
          Topic<V> topic) {
    Map<String, Object> properties =
        topic.equals(Topics.FLOWS)
            ? flowProducer(settings, clientId)
            : producer(settings, clientId);
    return new KafkaProducer<>(
        properties, serdes.keys(topic).serializer(), serdes.values(topic).serializer());
  }

  /**
   * A consumer of undecoded records.
   *
   * @param answeredAtOnce the brokers answer its fetches at once, be it with nothing
   */
  static KafkaConsumer<byte[], byte[]> newConsumer(
      Settings settings, String clientId, boolean answeredAtOnce) {
    Map<String, Object> properties = consumer(settings, clientId);
    if (answeredAtOnce) {
      properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 0);
    }
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Map<String, Object> common(Settings settings, String clientId) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", settings.required(Setting.KAFKA_BOOTSTRAP_SERVERS));
    properties.put("client.id", clientId);
    // Back quickly after a broker's restart.
    properties.put("reconnect.backoff.ms", 20);
    properties.put("reconnect.backoff.max.ms", 500);
    properties.put("retry.backoff.ms", 20);
    properties.put("retry.backoff.max.ms", 500);
    // Nobody reads them; each client would make hundreds of beans and a sender of its own.
    properties.put("metric.reporters", "");
    properties.put("enable.metrics.push", false);
    return properties;
  }
}
