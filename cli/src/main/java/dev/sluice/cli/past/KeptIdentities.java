package dev.sluice.cli.past;

import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.convert.ClusterRecords;
import dev.sluice.schemas.convert.MarkedRows;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Topic identities beside what a replay came to, as of the topic's mark. What its writer had in
 * hand meanwhile is passed over. For one thread, once.
 */
final class KeptIdentities {
  private static final Duration POLL = Duration.ofMillis(200);

  /** The topic has no mark: nobody says what it is true for. */
  static final long NO_MARK = -1;

  /**
   * What came of it.
   *
   * @param same label sets that have the number in the topic that the log gives them
   * @param position of the topic's mark, which is what was compared; {@link #NO_MARK} for none
   * @param mismatches in words, by label set
   */
  record Comparison(int same, long position, List<String> mismatches) {}

  private final MarkedRows order = new MarkedRows();
  private final Map<String, Integer> numbers = new HashMap<>();

  /** Of what the topic says of a label set last. */
  private final Map<String, Long> positions = new HashMap<>();

  private KeptIdentities() {}

  /** The topic before its first row. */
  static KeptIdentities empty() {
    return new KeptIdentities();
  }

  /**
   * Reads the topic to its end, and where it has no mark yet, on until it has one or {@link
   * KeptRevisions#PATIENCE} is over: a stream that has just begun writes its first rows.
   */
  static KeptIdentities read(LabTopics topics) {
    KeptIdentities kept = new KeptIdentities();
    try (TopicReader<IdentityRow> reader = topics.reader(Topics.IDENTITIES)) {
      reader.readToEnd(kept::take);
      await(kept, () -> reader.poll(POLL, kept::take), System::nanoTime);
    } catch (UnreadableRecordException e) {
      throw new Refusal("Something wrote what does not belong there: " + e.getMessage(), e);
    }
    return kept;
  }

  static void await(KeptIdentities kept, IntSupplier poll, LongSupplier nanoClock) {
    long since = nanoClock.getAsLong();
    while (kept.position() == NO_MARK
        && nanoClock.getAsLong() - since < KeptRevisions.PATIENCE.toNanos()) {
      poll.getAsInt();
    }
  }

  private void take(TopicReader.Entry<IdentityRow> entry) {
    take(ClusterRecords.fromIdentity(entry.key(), entry.value(), entry.removedAt()));
  }

  /** Takes the next row; one that came too late says nothing. */
  void take(Row<ClusterRecord> row) {
    if (!order.isNews(row) || !(row instanceof Row.Changed<ClusterRecord>(long at, var change))) {
      return;
    }
    positions.put(change.key(), at);
    if (change.value() instanceof ClusterRecord.Identity identity) {
      numbers.put(change.key(), identity.number());
    } else {
      numbers.remove(change.key());
    }
  }

  /** Offset of the record that the topic is true for; {@link #NO_MARK} when it does not say. */
  long position() {
    return order.marked();
  }

  /**
   * Compares with what the log gives.
   *
   * @param log identities, and more that is passed over, as of {@link #position}; where there is
   *     none, as of its end
   */
  Comparison compare(List<Change<ClusterRecord>> log) {
    Map<String, Integer> recomputed = new TreeMap<>();
    for (Change<ClusterRecord> change : log) {
      if (change.value() instanceof ClusterRecord.Identity identity) {
        recomputed.put(change.key(), identity.number());
      }
    }
    List<String> mismatches = new ArrayList<>();
    if (position() == NO_MARK && !recomputed.isEmpty()) {
      mismatches.add(
          "topic identities has no mark, so that nothing in it counts, and the log gives numbers to"
              + " %d label sets".formatted(recomputed.size()));
      return new Comparison(0, NO_MARK, mismatches);
    }
    int same = 0;
    Set<String> all = new TreeSet<>(recomputed.keySet());
    all.addAll(numbers.keySet());
    for (String labels : all) {
      Integer now = recomputed.get(labels);
      Integer before = numbers.get(labels);
      if (now != null && now.equals(before)) {
        same++;
      } else if (positions.getOrDefault(labels, NO_MARK) <= position()) {
        mismatches.add(
            before == null
                ? "identity of %s is not kept, and the log says %d".formatted(labels, now)
                : "identity of %s is kept as %d, and the log says %s"
                    .formatted(labels, before, now == null ? "nothing" : now));
      } // otherwise of a group that was not whole
    }
    return new Comparison(same, position(), mismatches);
  }
}
