package dev.sluice.node.topic;

import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.log.Change;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.MarkedRows;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads topic fqdns from its beginning and follows it, on a thread of its own, and hands what it
 * says to the applier. While the brokers are away the kernel keeps what it has.
 */
public final class FqdnsFollower implements AutoCloseable {
  private final TopicFollower<FqdnRow> follower;

  /**
   * @param broken told of a record that cannot be read: the process ends
   */
  public FqdnsFollower(
      Settings settings, TopicSerdes serdes, ApplierThread applier, Consumer<Throwable> broken) {
    Names names =
        new Names(
            changes ->
                applier.ask(
                    target -> {
                      target.names(changes);
                      return true;
                    }),
            keys ->
                applier.ask(
                    target -> {
                      target.namesCaughtUp(keys);
                      return true;
                    }));
    this.follower = new TopicFollower<>(settings, serdes, Topics.FQDNS, names, broken);
  }

  public FqdnsFollower start() {
    follower.start();
    return this;
  }

  /** The rows as they come; those that come too late are passed over. */
  static final class Names implements TopicFollower.Part<FqdnRow> {
    private final Consumer<List<Change<FqdnRecord>>> changed;
    private final Consumer<Set<String>> whole;
    private MarkedRows order = new MarkedRows();
    private List<Change<FqdnRecord>> changes = new ArrayList<>();

    /** What the topic holds, until it was read whole: what it does not hold any more is gone. */
    private Set<String> keys;

    /**
     * @param changed takes what is new, in order
     * @param whole told, when the topic was read whole, which keys it holds
     */
    Names(Consumer<List<Change<FqdnRecord>>> changed, Consumer<Set<String>> whole) {
      this.changed = changed;
      this.whole = whole;
    }

    @Override
    public void begin() {
      order = new MarkedRows();
      changes = new ArrayList<>();
      keys = new HashSet<>();
    }

    @Override
    public void take(TopicReader.Entry<FqdnRow> entry) {
      Row<FqdnRecord> row = DnsRecords.fromAvro(entry.key(), entry.value(), entry.removedAt());
      if (!order.isNews(row)
          || !(row instanceof Row.Changed<FqdnRecord>(long position, Change<FqdnRecord> change))) {
        return;
      }
      changes.add(change);
      if (keys != null && change.isRemoval()) {
        keys.remove(entry.key());
      } else if (keys != null) {
        keys.add(entry.key());
      }
    }

    @Override
    public boolean polled() {
      if (!changes.isEmpty()) {
        List<Change<FqdnRecord>> batch = changes;
        changes = new ArrayList<>();
        changed.accept(batch);
      }
      return true;
    }

    @Override
    public void caughtUp() {
      Set<String> all = Set.copyOf(keys);
      keys = null;
      whole.accept(all);
    }
  }

  @Override
  public void close() throws InterruptedException {
    follower.close();
  }
}
