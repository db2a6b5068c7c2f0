package dev.sluice.ingest.log;

import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.topic.TopicReader;
import java.time.Duration;
import java.util.function.Consumer;

/** Follows the log on a thread of its own, to see when another writer has taken it over. */
final class EpochWatch implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(30);

  private final TopicReader<K8sObject> reader;
  private final long epoch;
  private final Consumer<Throwable> failed;
  private final Thread thread = new Thread(this::follow, "ingest-epoch-watch");
  private volatile boolean closed;

  /**
   * @param reader stands after the claim; used by this thread alone from now on, closed by others
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
      while (!closed) {
        reader.poll(POLL, entry -> check(entry.value()));
      }
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
    closed = true;
    reader.wakeup();
    thread.join();
  }
}
