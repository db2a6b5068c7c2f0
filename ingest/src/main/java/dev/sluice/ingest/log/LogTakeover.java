package dev.sluice.ingest.log;

import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a writer takes over k8s.objects: it reads all there is, writes a claim with the next epoch,
 * and reads up to its claim. When another's claim of the same epoch stands before it, it tries the
 * next. What it has read by then is exactly what was written before it: everything later of a lower
 * epoch is a zombie's, which no fold looks at.
 *
 * <p>The claim is the GENESIS of an empty log, else a BOOKMARK of the source {@code ingest}.
 */
final class LogTakeover {
  /** Name of the bookmark that claims an epoch. */
  static final String CLAIM = "ingest";

  private static final Logger LOG = LoggerFactory.getLogger(LogTakeover.class);
  private static final int REVISIONS_LOOKED_AT = 1000;

  private LogTakeover() {}

  /**
   * @param reader at the beginning of the log; afterwards it stands after the claim
   * @param instance a name no other writer has
   */
  static LogImage claim(
      TopicReader<K8sObject> reader,
      KafkaProducer<String, K8sObject> producer,
      Settings settings,
      TopicSerdes serdes,
      String instance,
      LongSupplier clock) {
    LogImage image = new LogImage();
    reader.readToEnd(entry -> image.apply(entry.value()));
    while (true) {
      long epoch = image.epoch() + 1;
      long time = Math.max(clock.getAsLong(), image.timeMillis());
      boolean empty = reader.endOffset() == 0;
      K8sObject claim =
          empty
              ? genesis(instance, epoch, time, newBase(settings, serdes))
              : bookmark(CLAIM, instance, instance, epoch, time);
      send(producer, new ProducerRecord<>(Topics.K8S_OBJECTS.name(settings), key(claim), claim));
      reader.readToEnd(entry -> image.apply(entry.value()));
      if (image.epoch() == epoch && image.epochBegunBy().equals(instance)) {
        LOG.info("writing {} with epoch {}", Topics.K8S_OBJECTS.name(settings), epoch);
        return image;
      }
      LOG.info("epoch {} was taken by {}", image.epoch(), image.epochBegunBy());
    }
  }

  static String key(K8sObject record) {
    return LogImage.key(record).toString();
  }

  static K8sObject bookmark(
      String source, String resourceVersion, String who, long epoch, long timeMillis) {
    return K8sObject.newBuilder()
        .setType(EventType.BOOKMARK)
        .setKind("Source")
        .setName(source)
        .setResourceVersion(resourceVersion)
        .setTime(Instant.ofEpochMilli(timeMillis))
        .setWho(who)
        .setEpoch(epoch)
        .build();
  }

  static K8sObject genesis(String instance, long epoch, long timeMillis, long base) {
    return K8sObject.newBuilder()
        .setType(EventType.GENESIS)
        .setKind("Log")
        .setTime(Instant.ofEpochMilli(timeMillis))
        .setWho(instance)
        .setEpoch(epoch)
        .setBase(base)
        .build();
  }

  /** A log that was lost and begins anew must not give a revision out a second time. */
  private static long newBase(Settings settings, TopicSerdes serdes) {
    long[] highest = {0};
    try (TopicReader<Revision> revisions = TopicReader.open(settings, serdes, Topics.REVISIONS)) {
      revisions.seekBack(REVISIONS_LOOKED_AT);
      revisions.readToEnd(
          entry -> {
            if (entry.value() != null) {
              highest[0] = Math.max(highest[0], entry.value().getRevision());
            }
          });
    }
    return highest[0] == 0 ? 0 : highest[0] + 1;
  }

  private static void send(
      KafkaProducer<String, K8sObject> producer, ProducerRecord<String, K8sObject> record) {
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
  }
}
