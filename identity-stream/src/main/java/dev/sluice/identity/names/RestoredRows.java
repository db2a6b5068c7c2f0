package dev.sluice.identity.names;

import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.CountedTopic;
import dev.sluice.schemas.convert.MarkedRows;
import dev.sluice.schemas.convert.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What topic fqdns held when a life began, read from its beginning. Not thread safe. */
final class RestoredRows {
  private final MarkedRows order = new MarkedRows();
  private final Map<String, FqdnRecord> held = new HashMap<>();
  private final Map<String, Row.Changed<FqdnRecord>> late = new HashMap<>();
  private CountedAnswers counted = CountedAnswers.UNKNOWN;
  private long ahead = -1;

  /**
   * Takes the next row.
   *
   * @param of what a mark says that positions count; null where it does not
   */
  void take(Row<FqdnRecord> row, CountedTopic of) {
    boolean news = order.isNews(row);
    if (news && row instanceof Row.Marked<?>) {
      counted =
          of == null ? CountedAnswers.UNKNOWN : new CountedAnswers(of.getTopicId(), of.getFrom());
    }
    if (!(row instanceof Row.Changed<FqdnRecord> changed)) {
      return;
    }
    Change<FqdnRecord> change = changed.change();
    if (!news) {
      late.put(change.key(), changed);
      return;
    }
    late.remove(change.key());
    ahead = Math.max(ahead, changed.position());
    if (change.isRemoval()) {
      held.remove(change.key());
    } else {
      held.put(change.key(), change.value());
    }
  }

  Collection<FqdnRecord> held() {
    return held.values();
  }

  /** The rows that are the last of their keys and count for nothing: they have to be repaired. */
  Collection<Row.Changed<FqdnRecord>> late() {
    return late.values();
  }

  /** Position of the topic's mark; -1 when it has none. */
  long marked() {
    return order.marked();
  }

  /** What the mark's position counts. */
  CountedAnswers counted() {
    return counted;
  }

  /**
   * The highest position that any row is true for. A life that ended between a row and its mark
   * leaves rows ahead of the mark; those of the next life must not look older than them.
   */
  long ahead() {
    return ahead;
  }
}
