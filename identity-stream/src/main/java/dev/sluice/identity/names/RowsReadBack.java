package dev.sluice.identity.names;

import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.convert.Row;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Topic fqdns as it is read back: an instance that was paused past its session and wakes up may
 * write over what its successor wrote; the fold's rows are then written again. While a row of our
 * own is on its way there is no verdict on its key. It keeps no row: what is right, the fold knows,
 * for there are as many as learned addresses. A late mark is left: a life that begins at it takes
 * answers again that its rows know. Not thread safe.
 */
final class RowsReadBack {
  private final NamesFold fold;

  /** Positions of our last rows that were not read back yet. */
  private final Map<String, Long> onTheirWay = new HashMap<>();

  /** Positions of the last rows read of keys for which the fold says something else. */
  private final Map<String, Long> strays = new HashMap<>();

  RowsReadBack(NamesFold fold) {
    this.fold = fold;
  }

  /** Rows that are being written now, all true for one position. */
  void written(long position, Collection<Change<FqdnRecord>> changes) {
    changes.forEach(change -> onTheirWay.put(change.key(), position));
  }

  /** A record of the topic, in its order. */
  void read(Row<FqdnRecord> row) {
    if (!(row instanceof Row.Changed<FqdnRecord>(long position, Change<FqdnRecord> change))) {
      return;
    }
    String key = change.key();
    if (!Objects.equals(fold.row(key), change.value())) {
      strays.put(key, position);
      return;
    }
    strays.remove(key);
    Long own = onTheirWay.get(key);
    if (own != null && position >= own) {
      onTheirWay.remove(key);
    }
  }

  /**
   * The rows to write again. One that is true for a later position than ours is another instance's,
   * which is ahead.
   */
  List<Change<FqdnRecord>> repairs() {
    if (strays.isEmpty()) {
      return List.of();
    }
    List<String> keys =
        strays.entrySet().stream()
            .filter(stray -> stray.getValue() <= fold.rowPosition())
            .map(Map.Entry::getKey)
            .filter(key -> !onTheirWay.containsKey(key))
            .toList();
    return fold.again(keys);
  }
}
