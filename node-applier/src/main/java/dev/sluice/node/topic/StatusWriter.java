package dev.sluice.node.topic;

import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the node's status: a moment after something was realised, else every interval. What is
 * asked for until then, or while one is being written, becomes one record. While the brokers are
 * away it waits on its own thread, and writes the state that then holds.
 */
public final class StatusWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);

  /** Least time between two records, for each thousand endpoints in them. */
  private static final long GAP_MILLIS_A_THOUSAND = 100;

  /** What follows a step within this, as a file's bookmark follows its objects, is told with it. */
  private static final long SOON_MILLIS = 25;

  private final Settings settings;
  private final TopicSerdes serdes;
  private final Supplier<NodeStatus> status;
  private final long intervalMillis;
  private final Semaphore wanted = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Backoff backoff = new Backoff();
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param status the present status; called on the writer's thread
   */
  public StatusWriter(
      Settings settings, TopicSerdes serdes, Duration interval, Supplier<NodeStatus> status) {
    this.settings = settings;
    this.serdes = serdes;
    this.status = status;
    this.intervalMillis = interval.toMillis();
    this.thread = Thread.ofPlatform().daemon().name("status").unstarted(this::run);
  }

  public StatusWriter start() {
    thread.start();
    return this;
  }

  /** Asks for a record soon; any thread, never waits. */
  public void wake() {
    if (wanted.availablePermits() == 0) {
      wanted.release();
    }
  }

  private void run() {
    try {
      while (!closing) {
        write();
      }
    } catch (CompletionException e) {
      LOG.info("no more status: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() throws InterruptedException {
    try (KafkaProducer<String, NodeStatus> producer =
        KafkaClients.newProducer(settings, "node-status", serdes, Topics.NODE_STATUS)) {
      String topic = Topics.NODE_STATUS.name(settings);
      while (!closing) {
        NodeStatus record = status.get();
        producer.send(new ProducerRecord<>(topic, record.getNode(), record)).get();
        backoff.succeeded();
        long gap = GAP_MILLIS_A_THOUSAND * record.getEndpoints().size() / 1_000;
        pause(gap);
      }
    } catch (KafkaException | java.util.concurrent.ExecutionException e) {
      LOG.warn("node.status cannot be written: {}", e.getMessage());
      backoff.pause();
    }
  }

  private void pause(long gapMillis) throws InterruptedException {
    if (gapMillis > 0) {
      closed.await(Math.min(gapMillis, intervalMillis), TimeUnit.MILLISECONDS);
    }
    if (wanted.tryAcquire(intervalMillis, TimeUnit.MILLISECONDS)) {
      closed.await(SOON_MILLIS, TimeUnit.MILLISECONDS);
    }
    wanted.drainPermits();
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    closed.countDown();
    thread.interrupt();
    thread.join(Duration.ofSeconds(5));
  }
}
