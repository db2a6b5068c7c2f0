package dev.sluice.core.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Pairs each record of the object log with the rows that another stream derived from it. The rows
 * of one position come in several topics, one for each kind, each closed by marks; record N is
 * released, with its rows, when the mark of every kind is at N or later. Records are released in
 * log order, one group each. Anything at or below the position is ignored, so redelivery is
 * harmless; a key that comes twice for one position counts once, as it came last.
 *
 * <p>Rows come out in the order in which {@link dev.sluice.core.cluster.ClusterStep} has them:
 * additions by kind in dependency order, then removals in reverse, of one kind by key. Rows of a
 * position without a record of its own go with the next record.
 *
 * <p>A record of which the reader itself can tell that nothing was derived from it need not wait
 * for its marks ({@link #alone}), only for its turn. That never changes what is released, nor the
 * order: it is known sooner.
 *
 * <p>policy-stream uses it like this: one merge for the task, made with {@code
 * after(ClusterStep.KINDS, fold.position())}. A record of k8s.objects goes to {@link #event}, a row
 * of identities, endpoints or addresses to {@link #row} with the row's position (a tombstone's is
 * in its header), a mark to {@link #mark} with the topic's kind. Each call returns the groups that
 * it released; each of them goes to {@code PolicyFold.apply}, and then those that {@link #alone}
 * has. What waits here is not stored: after a restart the inputs are read again from the fold's
 * position. Before the world is whole identity-stream writes nothing but marks, so records flow
 * through without rows.
 *
 * <p>Not thread safe. Memory is what waits: the distance between the log and the slowest mark.
 *
 * @param <T> the sealed family of rows
 */
public final class PositionMerge<T> {
  /** One record with everything that was derived from it. */
  public record Group<T>(ObjectEvent event, List<Change<T>> changes) {}

  private final DependencyOrder<T> order;
  private final Map<Class<? extends T>, Long> marks = new LinkedHashMap<>();
  private final TreeMap<Long, ObjectEvent> events = new TreeMap<>();
  private final TreeMap<Long, List<Change<T>>> rows = new TreeMap<>();
  private long position;

  private PositionMerge(List<? extends Class<? extends T>> kinds, long position) {
    this.order = new DependencyOrder<>(kinds);
    this.position = position;
    kinds.forEach(kind -> marks.put(kind, Long.MIN_VALUE));
  }

  /**
   * @param kinds of rows, in dependency order; each has its own marks
   * @param position of the last group that has been dealt with; -1 for none
   */
  public static <T> PositionMerge<T> after(
      List<? extends Class<? extends T>> kinds, long position) {
    return new PositionMerge<>(kinds, position);
  }

  /** Takes a record of the log; returns what it released, in log order. */
  public List<Group<T>> event(ObjectEvent event) {
    if (event.offset() <= position) {
      return List.of();
    }
    events.putIfAbsent(event.offset(), event);
    return release();
  }

  /** Takes a row caused by the record at {@code rowPosition}. A row alone releases nothing. */
  public void row(long rowPosition, Change<T> change) {
    if (rowPosition > position) {
      rows.computeIfAbsent(rowPosition, unused -> new ArrayList<>()).add(change);
    }
  }

  /**
   * Takes a mark: every row of this kind caused by records up to {@code markPosition} has come.
   * Returns what it released, in log order.
   */
  public List<Group<T>> mark(Class<? extends T> kind, long markPosition) {
    if (marks.computeIfPresent(kind, (unused, held) -> Math.max(held, markPosition)) == null) {
      throw new IllegalArgumentException("not a kind of this merge: " + kind);
    }
    return release();
  }

  /**
   * Releases the next record, with what has come for it, if nothing is derived from it; to be asked
   * again once that one is dealt with.
   *
   * @param rowless whether no row is derived from a record, as it is known before the record itself
   *     is dealt with; whoever is wrong loses the rows
   */
  public Optional<Group<T>> alone(Predicate<ObjectEvent> rowless) {
    if (events.isEmpty() || !rowless.test(events.firstEntry().getValue())) {
      return Optional.empty();
    }
    return Optional.of(releaseFirst());
  }

  /** Offset of the last record released; at the start, what the merge was made with. */
  public long position() {
    return position;
  }

  /** Records that wait for marks. */
  public int waiting() {
    return events.size();
  }

  private List<Group<T>> release() {
    long marked = marks.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    List<Group<T>> released = new ArrayList<>();
    while (!events.isEmpty() && events.firstKey() <= marked) {
      released.add(releaseFirst());
    }
    return released;
  }

  private Group<T> releaseFirst() {
    ObjectEvent event = events.pollFirstEntry().getValue();
    position = event.offset();
    return new Group<>(event, take(position));
  }

  private List<Change<T>> take(long upTo) {
    var due = rows.headMap(upTo, true);
    if (due.isEmpty()) {
      return List.of();
    }
    Map<Map.Entry<Class<? extends T>, String>, Change<T>> last = new LinkedHashMap<>();
    due.values().forEach(list -> list.forEach(c -> last.put(Map.entry(c.kind(), c.key()), c)));
    due.clear();
    return order.sort(last.values());
  }
}
