package dev.sluice.node.flow;

import dev.sluice.node.bpf.Background;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Writes flows to their topic and never makes the reader of events wait for brokers: what does not
 * fit into the producer's buffer, or was not taken by the brokers in time, is counted as lost. One
 * thread writes; any may read the counter.
 */
public final class FlowWriter implements Consumer<Flow>, AutoCloseable {
  /** Memory for flows that wait for brokers. */
  private static final long BUFFER_BYTES = 24L << 20;

  private static final int BLOCK_MILLIS = 5;
  private static final long FIRST_CONTACT_NANOS = Duration.ofSeconds(10).toNanos();

  /** How long nothing is tried after the buffer was found full. */
  private static final long REST_NANOS = Duration.ofMillis(50).toNanos();

  private final Producer<String, Flow> producer;
  private final String topic;
  private final AtomicLong lost = new AtomicLong();
  private long restUntil = System.nanoTime();

  FlowWriter(Producer<String, Flow> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /** The schemas must have been registered. */
  public static FlowWriter open(Settings settings, TopicSerdes serdes) {
    Map<String, Object> properties =
        new HashMap<>(KafkaClients.flowProducer(settings, "node-flows"));
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    // A quiet node must not forget where the topic is, and lose the first flow after the silence.
    // Nor when no broker answers: flows of that time wait in the buffer.
    properties.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    properties.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(3650).toMillis());
    KafkaProducer<String, Flow> producer =
        Background.in(
            "open-flows",
            () ->
                new KafkaProducer<>(
                    properties,
                    serdes.keys(Topics.FLOWS).serializer(),
                    new FlowSerializer(serdes.values(Topics.FLOWS).serializer()::register)));
    String topic = Topics.FLOWS.name(settings);
    learnPartitions(producer, topic);
    return new FlowWriter(producer, topic);
  }

  /** Waits for what the first flow would wait for, unless the brokers went away just now. */
  private static void learnPartitions(KafkaProducer<String, Flow> producer, String topic) {
    long deadline = System.nanoTime() + FIRST_CONTACT_NANOS;
    while (System.nanoTime() - deadline < 0) {
      try {
        producer.partitionsFor(topic);
        return;
      } catch (TimeoutException e) {
        // Each call waits BLOCK_MILLIS.
      }
    }
  }

  @Override
  public void accept(Flow flow) {
    if (System.nanoTime() - restUntil < 0) {
      lost.addAndGet(1);
      return;
    }
    try {
      producer.send(
          new ProducerRecord<>(topic, FlowEnricher.key(flow), flow),
          (written, failure) -> {
            if (failure != null) {
              lost.incrementAndGet();
            }
          });
    } catch (KafkaException | IllegalStateException e) { // the latter: it was closed
      lost.incrementAndGet();
      restUntil = System.nanoTime() + REST_NANOS;
    }
  }

  /** Flows that were read from the kernel and are not in the topic. */
  public long lost() {
    return lost.get();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
