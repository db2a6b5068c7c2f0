package dev.sluice.flows;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands every value of a topic to a consumer, on a thread of its own, until it is closed. Brokers
 * that are away are waited for. A failure of the consumer ends the process: it is a bug.
 */
final class Follower<V extends SpecificRecord> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final TopicReader<V> reader;
  private final Duration rest;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  private Follower(
      TopicReader<V> reader, Duration rest, Consumer<V> sink, Consumer<Throwable> failed) {
    this.reader = reader;
    this.rest = rest;
    this.thread =
        Thread.ofPlatform()
            .name("follow-" + reader.topic().suffix())
            .start(() -> run(sink, failed));
  }

  /**
   * Follows a topic from its first record, or from its present end.
   *
   * @param rest between two looks: what comes meanwhile is taken together
   */
  static <V extends SpecificRecord> Follower<V> start(
      Settings settings,
      TopicSerdes serdes,
      Topic<V> topic,
      boolean fromEnd,
      Duration rest,
      Consumer<V> sink,
      Consumer<Throwable> failed) {
    TopicReader<V> reader = TopicReader.open(settings, serdes, topic);
    return new Follower<>(fromEnd ? reader.seekToEnd() : reader, rest, sink, failed);
  }

  private void run(Consumer<V> sink, Consumer<Throwable> failed) {
    try (reader) {
      do {
        poll(sink);
      } while (!closing.await(rest.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (WakeupException e) {
      LOG.debug("closed while it waited");
    } catch (RuntimeException e) {
      failed.accept(e);
    }
  }

  private void poll(Consumer<V> sink) {
    try {
      reader.poll(
          POLL,
          entry -> {
            if (entry.value() != null) {
              sink.accept(entry.value());
            }
          });
    } catch (ResyncNeededException e) {
      LOG.warn("{}: it is read again from the beginning", e.getMessage());
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing.countDown();
    reader.wakeup();
    thread.join();
  }
}
