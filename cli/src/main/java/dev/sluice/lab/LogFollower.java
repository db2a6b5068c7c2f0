package dev.sluice.lab;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that follows one topic for as long as the lab lives, through every absence of the
 * brokers.
 */
final class LogFollower<V extends SpecificRecord> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REST = Duration.ofMillis(250);
  private static final Duration RETRY = Duration.ofMillis(300);

  private final Settings settings;
  private final TopicSerdes serdes;
  private final Topic<V> topic;
  private final long back;
  private final Pace pace;
  private final Consumer<TopicReader.Entry<V>> sink;
  private volatile boolean closed;
  private volatile TopicReader<V> reader;

  /**
   * @param back how many records before the end to begin; -1: at the beginning
   * @param pace of reading; a follower that rests has read what was there when it began to
   */
  LogFollower(
      Settings settings,
      TopicSerdes serdes,
      Topic<V> topic,
      long back,
      Pace pace,
      Consumer<TopicReader.Entry<V>> sink) {
    this.settings = settings;
    this.serdes = serdes;
    this.topic = topic;
    this.back = back;
    this.pace = pace;
    this.sink = sink;
    Thread.ofPlatform().daemon().name("follow-" + topic).start(this::run);
  }

  private void run() {
    while (!closed) {
      try (TopicReader<V> opened = TopicReader.open(settings, serdes, topic)) {
        reader = opened;
        if (back >= 0) {
          opened.seekBack(back);
        }
        while (!closed) {
          poll(opened);
          pace.rest(REST);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (WakeupException e) {
        LOG.debug("{} is not followed any more", topic);
      } catch (UnreadableRecordException e) {
        LOG.error("{} is not followed any more", topic, e);
        return;
      } catch (RuntimeException e) {
        LOG.debug("{} cannot be followed yet: {}", topic, e.toString());
        Waiting.pause(RETRY);
      }
    }
  }

  private void poll(TopicReader<V> opened) {
    try {
      opened.poll(POLL, sink);
    } catch (ResyncNeededException e) {
      LOG.warn("{} is read again: {}", topic, e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    TopicReader<V> open = reader;
    if (open != null) {
      open.wakeup();
    }
  }
}
