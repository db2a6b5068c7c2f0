package dev.sluice.node.topic;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topic desired from its beginning and follows it, on a thread of its own, and hands every
 * batch to the applier. While the brokers are away it waits, and the kernel keeps what it has.
 */
public final class DesiredFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DesiredFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Settings settings;
  private final TopicSerdes serdes;
  private final ApplierThread applier;
  private final Consumer<Throwable> broken;
  private final Backoff backoff = new Backoff();
  private final Thread thread;
  private volatile TopicReader<DesiredRow> reader;
  private volatile boolean closing;

  /**
   * @param broken told of a record that cannot be applied: the process ends
   */
  public DesiredFollower(
      Settings settings, TopicSerdes serdes, ApplierThread applier, Consumer<Throwable> broken) {
    this.settings = settings;
    this.serdes = serdes;
    this.applier = applier;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name("desired").unstarted(this::run);
  }

  public DesiredFollower start() {
    thread.start();
    return this;
  }

  private void run() {
    try {
      while (!closing) {
        follow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!closing) {
        LOG.error("topic desired cannot be followed", e);
        broken.accept(e);
      }
    }
  }

  /** One reader's life: from the beginning of the topic to a failure or the end. */
  private void follow() throws InterruptedException {
    try (TopicReader<DesiredRow> opened = TopicReader.open(settings, serdes, Topics.DESIRED)) {
      reader = opened;
      backoff.succeeded();
      while (!closing) {
        tell(opened);
      }
    } catch (WakeupException e) {
      LOG.debug("woken to close");
    } catch (ResyncNeededException e) {
      restart(e.getMessage());
    } catch (UnreadableRecordException e) {
      throw e; // reading it again will not help
    } catch (KafkaException | RegistryException | IllegalStateException e) {
      LOG.warn("topic desired cannot be read: {}", e.getMessage());
      restart(e.getMessage());
      backoff.pause();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a batch of topic desired failed", e.getCause());
    } finally {
      reader = null;
    }
  }

  private void tell(TopicReader<DesiredRow> opened)
      throws InterruptedException, ExecutionException {
    long end = opened.seekToBeginning().endOffset();
    boolean caughtUp = false;
    boolean goesOn = true;
    CompletableFuture<Boolean> before = CompletableFuture.completedFuture(true);
    while (!closing && goesOn) {
      List<Row<DesiredRecord>> rows = new ArrayList<>();
      opened.poll(caughtUp ? POLL : Duration.ofMillis(20), entry -> rows.add(row(entry)));
      goesOn = before.get();
      if (goesOn && !rows.isEmpty()) {
        before = applier.ask(target -> target.rows(rows));
      }
      if (!caughtUp && opened.nextOffset() >= end) {
        caughtUp = true;
        applier.ask(DesiredFollower::caughtUp);
      }
    }
    if (!goesOn) {
      restart("the log behind it was made anew");
    }
  }

  private static boolean caughtUp(Applier target) {
    target.caughtUp();
    return true;
  }

  private void restart(String why) throws InterruptedException {
    if (closing) {
      return;
    }
    CompletableFuture<Boolean> told =
        applier.ask(
            target -> {
              target.restart(why);
              return true;
            });
    try {
      told.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static Row<DesiredRecord> row(TopicReader.Entry<DesiredRow> entry) {
    try {
      return DesiredRecords.fromAvro(entry.key(), entry.value(), entry.removedAt());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "topic %s, partition %d, offset %d: %s"
              .formatted(Topics.DESIRED, entry.partition(), entry.offset(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    TopicReader<DesiredRow> open = reader;
    if (open != null) {
      open.wakeup(); // an interrupt would end the reader's own ending
    } else {
      thread.interrupt();
    }
    thread.join(Duration.ofSeconds(5));
  }
}
