package dev.sluice.core.dns;

/**
 * How long addresses live and how many a name may have.
 *
 * @param floorMillis an answer holds at least this long, however short its TTL
 * @param useMillis how long a connection that was seen is believed in without being seen again
 * @param graceMillis how much longer an address lives after its last answer and its last connection
 * @param perName addresses of one name; those with connections do not count
 */
public record AddressLife(long floorMillis, long useMillis, long graceMillis, int perName) {
  /** How long an answer holds. */
  public long holdsMillis(long ttlSeconds) {
    return Math.max(floorMillis, 1000 * ttlSeconds);
  }

  /**
   * How much longer than it holds an answer is believed in: the same answer again needs no telling
   * until this has passed, and holds as long as it should all the same.
   */
  public long spareMillis() {
    return Math.max(floorMillis, useMillis) / 2;
  }

  /**
   * How much longer an address lives after its last answer has ended: the answer may have been
   * given again without a word, and a connection that was opened just before that must be told of
   * in time.
   */
  long afterAnswerMillis() {
    return spareMillis() + Math.max(useMillis, graceMillis);
  }

  /**
   * Until when a connection that was seen keeps its address: as long as it is believed in and a
   * grace. Rounded up, so that a connection that stays does not move it, and write a row, each time
   * that it is seen.
   */
  long usedUntilMillis(long seenMillis) {
    long least = seenMillis + useMillis + graceMillis;
    long grain = Math.max(1, (useMillis + graceMillis) / 2);
    return (least + grain - 1) / grain * grain;
  }
}
