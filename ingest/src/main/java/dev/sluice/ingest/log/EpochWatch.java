package dev.sluice.ingest.log;

import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.topic.TopicReader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows the log on a thread of its own, to see when another writer has taken it over. It looks
 * now and then, and has no question waiting at the brokers meanwhile: what this writer writes until
 * then no fold looks at, and a reader that is answered with each record would take the processor
 * from those who wait for it.
 */
final class EpochWatch implements AutoCloseable {
  /** What one look asks for the next one sees. */
  private static final long LOOK_EVERY_MILLIS = 500;

  private final TopicReader<K8sObject> reader;
  private final long epoch;
  private final Consumer<Throwable> failed;
  private final Thread thread = new Thread(this::follow, "ingest-epoch-watch");
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param reader for looks, stands after the claim; used by this thread alone from now on, closed
   *     by others
   */
  EpochWatch(TopicReader<K8sObject> reader, long epoch, Consumer<Throwable> failed) {
    this.reader = reader;
    this.epoch = epoch;
    this.failed = failed;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void follow() {
    try {
      while (!closed.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        reader.look(entry -> check(entry.value()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failed.accept(e);
    }
  }

  private void check(K8sObject record) {
    if (record.getEpoch() > epoch) {
      throw new FencedException(epoch, record.getEpoch(), record.getWho());
    }
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    thread.join();
  }
}
