package dev.sluice.foldruntime;

import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Snapshot;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images in topic snapshots. They are not sent through the stream's own producer: the last one is
 * written after the stream has ended. One that cannot be written is told in topic diagnostics until
 * one is written: without any a start reads ever more of the log, and none once its beginning is
 * gone. That is told in a thread of its own: neither the producer's, which learns of it, nor the
 * stream's may wait until the producer knows the other topic. Thread-safe.
 */
public final class KafkaSnapshotShelf implements SnapshotShelf, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaSnapshotShelf.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final TopicPages pages;
  private final Settings settings;
  private final TopicSerdes serdes;
  private final Producer<byte[], byte[]> producer;
  private final Clock clock;
  private final ExecutorService telling;
  private final Map<String, UnsavedSnapshots> unsaved = new ConcurrentHashMap<>();
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

  /**
   * What became of an image.
   *
   * @param failure null when it was written
   */
  private record Outcome(Image image, Exception failure) {}

  public KafkaSnapshotShelf(Settings settings, TopicSerdes serdes, TopicPages pages, String owner) {
    this(
        settings,
        serdes,
        pages,
        new KafkaProducer<>(
            KafkaClients.producer(settings, owner + "-snapshots"),
            new ByteArraySerializer(),
            new ByteArraySerializer()),
        Clock.systemUTC(),
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name(owner + "-snapshots-told").factory()));
  }

  /**
   * @param producer closed with this object
   * @param telling closed with this object
   */
  KafkaSnapshotShelf(
      Settings settings,
      TopicSerdes serdes,
      TopicPages pages,
      Producer<byte[], byte[]> producer,
      Clock clock,
      ExecutorService telling) {
    this.settings = settings;
    this.serdes = serdes;
    this.pages = pages;
    this.producer = producer;
    this.clock = clock;
    this.telling = telling;
  }

  @Override
  public Optional<Image> latest(String stream) {
    Image[] latest = new Image[1];
    pages.read(
        Topics.SNAPSHOTS,
        0,
        record -> {
          if (record.key().equals(stream) && record.value() instanceof Snapshot snapshot) {
            image(snapshot).ifPresent(image -> latest[0] = image);
          }
        });
    return Optional.ofNullable(latest[0]);
  }

  private static Optional<Image> image(Snapshot snapshot) {
    byte[] bytes = new byte[snapshot.getImage().remaining()];
    snapshot.getImage().duplicate().get(bytes);
    Long position = snapshot.getPositions().get(Topics.K8S_OBJECTS.suffix());
    if (position == null || !hash(bytes).equals(snapshot.getHash())) {
      LOG.warn("a snapshot of {} is damaged and is passed over", snapshot.getStream());
      return Optional.empty();
    }
    return Optional.of(new Image(snapshot.getStream(), position, snapshot.getFormat(), bytes));
  }

  @Override
  public void save(Image image) {
    Snapshot snapshot =
        new Snapshot(
            image.stream(),
            image.format(),
            Map.of(Topics.K8S_OBJECTS.suffix(), image.position()),
            hash(image.bytes()),
            ByteBuffer.wrap(image.bytes()));
    producer.send(
        record(Topics.SNAPSHOTS, image.stream(), snapshot),
        (metadata, failure) -> {
          if (failure != null) {
            LOG.warn("the snapshot of {} was not written", image.stream(), failure);
          } else {
            LOG.info(
                "snapshot of {} at position {}: {} bytes",
                image.stream(),
                image.position(),
                image.bytes().length);
          }
          outcomes.add(new Outcome(image, failure));
        });
  }

  @Override
  public void tellOutcomes() {
    if (!outcomes.isEmpty()) {
      telling.execute(this::tellThem);
    }
  }

  private void tellThem() {
    for (Outcome one = outcomes.poll(); one != null; one = outcomes.poll()) {
      UnsavedSnapshots told = unsaved.computeIfAbsent(one.image.stream(), UnsavedSnapshots::new);
      if (one.failure != null) {
        tell(told.key(), told.failed(one.image, one.failure, clock.instant()));
      } else if (told.written(one.image)) {
        tell(told.key(), null);
      }
    }
  }

  private void tell(String key, Diagnostic row) {
    producer.send(
        record(Topics.DIAGNOSTICS, key, row),
        (metadata, failure) -> {
          if (failure != null) {
            LOG.warn("what became of snapshots could not be told", failure);
          }
        });
  }

  private <V extends SpecificRecord> ProducerRecord<byte[], byte[]> record(
      Topic<V> topic, String key, V value) {
    String name = topic.name(settings);
    return new ProducerRecord<>(
        name,
        serdes.keys(topic).serializer().serialize(name, key),
        serdes.values(topic).serializer().serialize(name, value));
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    telling.shutdownNow();
    producer.close(CLOSE_PATIENCE);
  }
}
