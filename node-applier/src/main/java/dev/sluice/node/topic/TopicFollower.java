package dev.sluice.node.topic;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a topic on a thread of its own. While the brokers are away it waits, and then reads again
 * from the topic's beginning; a record that cannot be read ends it. What the records mean is the
 * part's business.
 *
 * @param <V> values of the topic
 */
final class TopicFollower<V extends SpecificRecord> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration FIRST_POLL = Duration.ofMillis(20);

  /** What is done with the records, on the follower's thread. */
  interface Part<V> {
    /** A reader's life begins; what was read before is void. */
    void begin();

    /** One record. */
    void take(TopicReader.Entry<V> entry);

    /**
     * The records of one poll were taken, if any came.
     *
     * @return whether to go on; else the topic is read again from its beginning
     */
    boolean polled() throws InterruptedException, ExecutionException;

    /** Everything that the topic held when this life began was taken. */
    void caughtUp();

    /** The reader's life has ended, and another begins. */
    default void lost(String why) throws InterruptedException {}
  }

  private final Settings settings;
  private final TopicSerdes serdes;
  private final Topic<V> topic;
  private final Part<V> part;
  private final Consumer<Throwable> broken;
  private final Backoff backoff = new Backoff();
  private final Thread thread;
  private volatile TopicReader<V> reader;
  private volatile boolean closing;

  /**
   * @param broken told of a record that cannot be taken: the process ends
   */
  TopicFollower(
      Settings settings,
      TopicSerdes serdes,
      Topic<V> topic,
      Part<V> part,
      Consumer<Throwable> broken) {
    this.settings = settings;
    this.serdes = serdes;
    this.topic = topic;
    this.part = part;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name(topic.suffix()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closing) {
        live();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!closing) {
        LOG.error("topic {} cannot be followed", topic, e);
        broken.accept(e);
      }
    }
  }

  /** One reader's life: from the beginning of the topic to a failure or the end. */
  private void live() throws InterruptedException {
    try (TopicReader<V> opened = TopicReader.open(settings, serdes, topic)) {
      reader = opened;
      backoff.succeeded();
      follow(opened);
    } catch (WakeupException e) {
      LOG.debug("woken to close");
    } catch (ResyncNeededException e) {
      LOG.warn("reading topic {} again from its beginning: {}", topic, e.getMessage());
      lost(e.getMessage());
    } catch (UnreadableRecordException e) {
      throw e; // reading it again will not help
    } catch (KafkaException | RegistryException | IllegalStateException e) {
      LOG.warn("topic {} cannot be read: {}", topic, e.getMessage());
      lost(e.getMessage());
      backoff.pause();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a batch of topic " + topic + " failed", e.getCause());
    } finally {
      reader = null;
    }
  }

  private void follow(TopicReader<V> opened) throws InterruptedException, ExecutionException {
    part.begin();
    long end = opened.endOffset(); // it was opened at its beginning
    boolean caughtUp = false;
    while (!closing) {
      opened.poll(caughtUp ? POLL : FIRST_POLL, part::take);
      if (!part.polled()) {
        lost("the log behind it was made anew");
        return;
      }
      if (!caughtUp && opened.nextOffset() >= end) {
        caughtUp = true;
        part.caughtUp();
      }
    }
  }

  private void lost(String why) throws InterruptedException {
    if (!closing) {
      part.lost(why);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    TopicReader<V> open = reader;
    if (open != null) {
      open.wakeup(); // an interrupt would end the reader's own ending
    } else {
      thread.interrupt();
    }
    thread.join(Duration.ofSeconds(5));
  }
}
