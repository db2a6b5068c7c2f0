package dev.sluice.ingest;

import dev.sluice.ingest.log.FencedException;
import dev.sluice.ingest.log.LogSession;
import dev.sluice.ingest.port.ObjectSource;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.topic.ResyncNeededException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the log and runs a source against it, again and again with back-off while the world fails:
 * a new hold begins with what the log then has, so whatever was lost is written by its difference.
 * Being fenced, or a bug of ours, ends it.
 */
final class IngestLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IngestLoop.class);
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long LARGEST_BACKOFF_MILLIS = 2000;

  private final Settings settings;
  private final Supplier<ObjectSource> sources;
  private final LongSupplier clock;
  private final Consumer<Throwable> fail;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "ingest-loop");
  private long backoffMillis = FIRST_BACKOFF_MILLIS;

  /**
   * @param clock ms since 1970
   * @param fail told why the loop cannot go on
   */
  IngestLoop(
      Settings settings,
      Supplier<ObjectSource> sources,
      LongSupplier clock,
      Consumer<Throwable> fail) {
    this.settings = settings;
    this.sources = sources;
    this.clock = clock;
    this.fail = fail;
  }

  void start() {
    thread.start();
  }

  /** Returns when the first lists are in the log, or the loop has ended. */
  void awaitReady() throws InterruptedException {
    ready.await();
  }

  private void run() {
    try {
      while (stop.getCount() > 0) {
        try {
          hold();
        } catch (SerializationException e) {
          throw new IllegalStateException(e.getMessage(), e); // reading it again will not help
        } catch (KafkaException
            | RegistryException
            | ResyncNeededException
            | UncheckedIOException e) {
          LOG.warn("the log or the source is out of reach, again in {} ms", backoffMillis, e);
          stop.await(backoffMillis, TimeUnit.MILLISECONDS);
          backoffMillis = Math.min(backoffMillis * 2, LARGEST_BACKOFF_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("stopped");
    } catch (FencedException e) {
      fail.accept(e);
    } catch (RuntimeException e) {
      if (stop.getCount() > 0) {
        fail.accept(e);
      }
    } finally {
      ready.countDown();
    }
  }

  private void hold() throws InterruptedException {
    try (LogSession session = LogSession.open(settings, clock);
        ObjectSource source = sources.get()) {
      source.start(session.past(), ConfiguredSettings.before(session, settings));
      session.flush();
      backoffMillis = FIRST_BACKOFF_MILLIS;
      ready.countDown();
      session.await();
    }
  }

  @Override
  public void close() throws InterruptedException {
    stop.countDown();
    thread.interrupt();
    thread.join(TimeUnit.SECONDS.toMillis(20));
  }
}
