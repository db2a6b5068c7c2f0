package dev.sluice.schemas.convert;

/**
 * Tells the rows of a topic whose groups are closed by marks from those that come too late: a
 * writer that was paused and wakes up may still write what it had in hand, when another has gone on
 * without it. Such a row is true for a position before a mark that was read already. Whoever writes
 * the topic writes the right one again; a reader need not know which that is.
 *
 * <p>Rows are handed in as they stand in the topic, from its beginning. Not thread safe.
 */
public final class MarkedRows {
  private long marked = -1;

  /** Whether a row, or a mark, is news. A tombstone that does not say what it is true for is. */
  public boolean isNews(Row<?> row) {
    boolean news = row.position() < 0 || row.position() >= marked;
    if (row instanceof Row.Marked<?>) {
      marked = Math.max(marked, row.position());
    }
    return news;
  }

  /** Position of the highest mark; -1 before the first. */
  public long marked() {
    return marked;
  }
}
