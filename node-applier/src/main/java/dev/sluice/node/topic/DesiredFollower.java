package dev.sluice.node.topic;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Reads topic desired from its beginning and follows it, on a thread of its own, and hands every
 * batch to the applier. While the brokers are away the kernel keeps what it has.
 */
public final class DesiredFollower implements AutoCloseable {
  private final TopicFollower<DesiredRow> follower;

  /**
   * @param changed told of every row but marks, which also tell of records that change nothing
   * @param broken told of a record that cannot be applied: the process ends
   */
  public DesiredFollower(
      Settings settings,
      TopicSerdes serdes,
      ApplierThread applier,
      Runnable changed,
      Consumer<Throwable> broken) {
    this.follower =
        new TopicFollower<>(
            settings, serdes, Topics.DESIRED, new Batches(applier, changed), broken);
  }

  public DesiredFollower start() {
    follower.start();
    return this;
  }

  /** A batch is handed over while the one before is applied, and no more than that. */
  static final class Batches implements TopicFollower.Part<DesiredRow> {
    private final ApplierThread applier;
    private final Runnable changed;
    private List<Row<DesiredRecord>> rows = new ArrayList<>();
    private CompletableFuture<Boolean> before;

    Batches(ApplierThread applier, Runnable changed) {
      this.applier = applier;
      this.changed = changed;
    }

    @Override
    public void begin() {
      rows = new ArrayList<>();
      before = CompletableFuture.completedFuture(true);
    }

    @Override
    public void take(TopicReader.Entry<DesiredRow> entry) {
      Row<DesiredRecord> row = row(entry);
      rows.add(row);
      if (row instanceof Row.Changed) {
        changed.run();
      }
    }

    @Override
    public boolean polled() throws InterruptedException, ExecutionException {
      boolean goesOn = before.get();
      if (goesOn && !rows.isEmpty()) {
        List<Row<DesiredRecord>> batch = rows;
        rows = new ArrayList<>();
        before = applier.ask(target -> target.rows(batch));
      }
      return goesOn;
    }

    @Override
    public void caughtUp() {
      applier.ask(
          target -> {
            target.caughtUp();
            return true;
          });
    }

    @Override
    public void lost(String why) throws InterruptedException {
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
    follower.close();
  }
}
