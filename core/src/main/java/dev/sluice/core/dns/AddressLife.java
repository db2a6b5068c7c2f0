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
  /**
   * How much longer an address lives after its last answer has ended: a connection that was opened
   * just before that must be told of in time.
   */
  long afterAnswerMillis() {
    return Math.max(useMillis, graceMillis);
  }
}
