package dev.sluice.foldruntime;

import dev.sluice.schemas.Snapshot;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topics;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images in topic snapshots. They are not sent through the stream's own producer: the last one is
 * written after the stream has ended. Thread-safe.
 */
public final class KafkaSnapshotShelf implements SnapshotShelf, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaSnapshotShelf.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final TopicPages pages;
  private final String topic;
  private final KafkaProducer<String, Snapshot> producer;

  public KafkaSnapshotShelf(Settings settings, TopicSerdes serdes, TopicPages pages, String owner) {
    this.pages = pages;
    this.topic = Topics.SNAPSHOTS.name(settings);
    this.producer =
        KafkaClients.newProducer(settings, owner + "-snapshots", serdes, Topics.SNAPSHOTS);
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
        new ProducerRecord<>(topic, image.stream(), snapshot),
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
        });
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
    producer.close(CLOSE_PATIENCE);
  }
}
