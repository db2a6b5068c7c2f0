package dev.sluice.node.topic;

import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.log.Change;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topic fqdns from its beginning and follows it, on a thread of its own, and hands what it
 * says to the applier. While the brokers are away it waits, and the kernel keeps what it has.
 */
public final class FqdnsFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FqdnsFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Settings settings;
  private final TopicSerdes serdes;
  private final ApplierThread applier;
  private final Consumer<Throwable> broken;
  private final Backoff backoff = new Backoff();
  private final Thread thread;
  private volatile TopicReader<FqdnRow> reader;
  private volatile boolean closing;

  /**
   * @param broken told of a record that cannot be read: the process ends
   */
  public FqdnsFollower(
      Settings settings, TopicSerdes serdes, ApplierThread applier, Consumer<Throwable> broken) {
    this.settings = settings;
    this.serdes = serdes;
    this.applier = applier;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name("fqdns").unstarted(this::run);
  }

  public FqdnsFollower start() {
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
        LOG.error("topic fqdns cannot be followed", e);
        broken.accept(e);
      }
    }
  }

  private void follow() throws InterruptedException {
    try (TopicReader<FqdnRow> opened = TopicReader.open(settings, serdes, Topics.FQDNS)) {
      reader = opened;
      backoff.succeeded();
      tell(opened);
    } catch (WakeupException e) {
      LOG.debug("woken to close");
    } catch (ResyncNeededException e) {
      LOG.warn("reading topic fqdns again from its beginning: {}", e.getMessage());
    } catch (KafkaException | IllegalStateException e) {
      LOG.warn("topic fqdns cannot be read: {}", e.getMessage());
      backoff.pause();
    } finally {
      reader = null;
    }
  }

  private void tell(TopicReader<FqdnRow> opened) {
    long end = opened.seekToBeginning().endOffset();
    boolean caughtUp = false;
    Set<String> keys = new HashSet<>();
    while (!closing) {
      List<Change<FqdnRecord>> changes = new ArrayList<>();
      boolean first = !caughtUp;
      opened.poll(
          caughtUp ? POLL : Duration.ofMillis(20),
          entry -> {
            Row<FqdnRecord> row =
                DnsRecords.fromAvro(entry.key(), entry.value(), entry.removedAt());
            if (row instanceof Row.Changed<FqdnRecord>(long position, Change<FqdnRecord> change)) {
              changes.add(change);
              boolean noted =
                  first && (change.isRemoval() ? keys.remove(entry.key()) : keys.add(entry.key()));
              LOG.trace("{} {}", entry.key(), noted);
            }
          });
      if (!changes.isEmpty()) {
        hand(changes);
      }
      if (!caughtUp && opened.nextOffset() >= end) {
        caughtUp = true;
        Set<String> all = Set.copyOf(keys);
        applier.ask(
            target -> {
              target.namesCaughtUp(all);
              return true;
            });
      }
    }
  }

  private void hand(List<Change<FqdnRecord>> changes) {
    applier.ask(
        target -> {
          target.names(changes);
          return true;
        });
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    TopicReader<FqdnRow> open = reader;
    if (open != null) {
      open.wakeup(); // an interrupt would end the reader's own ending
    } else {
      thread.interrupt();
    }
    thread.join(Duration.ofSeconds(5));
  }
}
