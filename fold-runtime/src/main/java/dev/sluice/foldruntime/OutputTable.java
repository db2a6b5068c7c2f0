package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * A compacted topic that a stream writes: the last row of each key should be the one the fold
 * wants. An instance that was paused past its session and wakes up may still write rows it had in
 * hand; they are older than what is wanted, and are overwritten again.
 *
 * <p>While a row of our own is on its way no verdict on its key is possible: rows read before it
 * are history, and what comes after it is read after it.
 */
final class OutputTable implements OwnOutput {
  private final Output output;
  private final Map<String, SpecificRecord> wanted = new HashMap<>();
  private final Map<String, Long> onTheirWay = new HashMap<>();

  /** Last row read of each key whose last row is not the wanted one; sorted, to repair in order. */
  private final TreeMap<String, InputRecord> strays = new TreeMap<>();

  private long markRead = -1;

  OutputTable(Output output) {
    this.output = output;
  }

  @Override
  public void read(InputRecord record) {
    String key = record.key();
    if (!output.mine().test(key)) {
      return;
    }
    Long own = onTheirWay.get(key);
    boolean same = Rows.saySame(wanted.get(key), record.value());
    if (same) {
      strays.remove(key);
      if (own != null && record.position() >= own) {
        onTheirWay.remove(key);
      }
    } else {
      strays.put(key, record);
    }
    if (isMark(key) && record.value() != null) {
      markRead = Math.max(markRead, record.position());
    }
  }

  @Override
  public boolean expect(OutputRow row) {
    want(row);
    return false;
  }

  /** Takes the fold's rows as what is wanted; what was read differs from it or not. */
  void expectAll(List<OutputRow> rows) {
    rows.forEach(this::want);
  }

  private void want(OutputRow row) {
    if (row.value() == null) {
      wanted.remove(row.key());
    } else {
      wanted.put(row.key(), row.value());
    }
  }

  @Override
  public void written(OutputRow row) {
    want(row);
    onTheirWay.put(row.key(), row.position());
  }

  /** The highest mark read; -1 for none. */
  long markRead() {
    return markRead;
  }

  boolean grouped() {
    return output.keeping() == Output.Keeping.GROUPED;
  }

  /**
   * Compares all that was read, given as the last row of each key, with all that is wanted. Called
   * once, when the fold has reached the position the topic is at.
   */
  void compare(Map<String, InputRecord> lastRows) {
    strays.clear();
    lastRows.forEach(
        (key, row) -> {
          if (output.mine().test(key) && !Rows.saySame(wanted.get(key), row.value())) {
            strays.put(key, row);
          }
        });
    for (String key : wanted.keySet()) {
      if (!lastRows.containsKey(key)) {
        strays.put(key, new InputRecord(output.topic(), -1, key, null, -1));
      }
    }
  }

  @Override
  public List<OutputRow> repairs(long position) {
    if (strays.isEmpty() || position < 0) {
      return List.of();
    }
    List<OutputRow> upserts = new ArrayList<>();
    List<OutputRow> removals = new ArrayList<>();
    boolean mark = false;
    for (InputRecord stray : strays.values()) {
      String key = stray.key();
      if (stray.position() > position || onTheirWay.containsKey(key)) {
        continue;
      }
      SpecificRecord right = wanted.get(key);
      if (isMark(key)) {
        mark = true;
      } else if (right == null) {
        removals.add(OutputRow.remove(output.topic(), key, position));
      } else {
        upserts.add(OutputRow.upsert(output.topic(), key, position, Rows.at(position, right)));
      }
    }
    upserts.addAll(removals.reversed());
    if (grouped() && (mark || !upserts.isEmpty())) {
      SpecificRecord right = wanted.get(Topics.MARK_KEY);
      if (right != null) {
        upserts.add(OutputRow.upsert(output.topic(), Topics.MARK_KEY, position, right));
      }
    }
    return upserts;
  }

  @Override
  public boolean confirmed(long position) {
    return grouped() ? markRead >= position : onTheirWay.isEmpty();
  }

  private boolean isMark(String key) {
    return grouped() && key.equals(Topics.MARK_KEY);
  }
}
