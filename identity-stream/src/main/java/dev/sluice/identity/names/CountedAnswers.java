package dev.sluice.identity.names;

/**
 * Which topic dns.answers positions count, and from which number on. A position only grows: where
 * the topic was deleted and made anew, or has lost its end, counting goes on after the last one, so
 * that no row looks older than those that it replaces.
 *
 * @param topicId Kafka's; empty: not known
 * @param from number of the record at offset 0
 */
record CountedAnswers(String topicId, long from) {
  /** Of an empty topic fqdns, or of one whose mark does not say. */
  static final CountedAnswers UNKNOWN = new CountedAnswers("", 0);

  /**
   * Where to begin to read.
   *
   * @param offset of the next record
   * @param trouble what has happened to the topic meanwhile, a sentence; empty when nothing has
   */
  record Beginning(CountedAnswers counted, long offset, String trouble) {}

  long position(long offset) {
    return from + offset;
  }

  /**
   * How to go on after a position.
   *
   * @param position of the last record that was taken; -1: none was
   * @param now Kafka's id of the topic as it is there now
   * @param first offset of the first record that it has
   * @param end offset after the last
   */
  Beginning after(long position, String now, long first, long end) {
    if (position < 0) {
      return new Beginning(new CountedAnswers(now, 0), first, "");
    }
    long next = position + 1 - from;
    boolean another = !topicId.isEmpty() && !topicId.equals(now);
    if (another || next > end) {
      String what =
          another || topicId.isEmpty()
              ? "was deleted and made anew"
              : "has lost its last %d records".formatted(next - end);
      return new Beginning(
          new CountedAnswers(now, position + 1 - first),
          first,
          what
              + ": names go on with what topic fqdns holds and with the first record that there is;"
              + " nothing needs to be done, nodes tell again what they still hold");
    }
    String gap =
        next >= first
            ? ""
            : "has kept %d records no longer that nobody had read: names that were learned by them alone are forgotten"
                .formatted(first - next);
    return new Beginning(new CountedAnswers(now, from), Math.max(next, first), gap);
  }
}
