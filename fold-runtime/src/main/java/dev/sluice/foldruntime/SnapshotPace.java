package dev.sluice.foldruntime;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * When a stream takes a snapshot, and when the one it took may be saved. To take one stops the
 * stream, by 100 ms and more with 10 000 Services, so it waits for a pause; not for ever, since a
 * restart reads all that came after the last one. For one thread.
 */
final class SnapshotPace {
  private static final long PAUSE_MILLIS = 1_000;

  /** So many intervals without a pause are too many. */
  private static final long LONGEST = 2;

  private final long intervalMillis;
  private long lastMillis = Long.MIN_VALUE;
  private long lastPosition = -1;
  private SnapshotShelf.Image held;

  SnapshotPace(Duration interval) {
    this.intervalMillis = interval.toMillis();
  }

  /** There is a snapshot of that position already. */
  void took(long position) {
    lastPosition = position;
  }

  long lastPosition() {
    return lastPosition;
  }

  /**
   * @param sinceChangeMillis since the last change that somebody may wait for
   */
  boolean due(long nowMillis, long position, long sinceChangeMillis) {
    if (lastMillis == Long.MIN_VALUE) {
      lastMillis = nowMillis;
    }
    long after = sinceChangeMillis >= PAUSE_MILLIS ? intervalMillis : LONGEST * intervalMillis;
    return held == null && position > lastPosition && nowMillis - lastMillis >= after;
  }

  void hold(long nowMillis, SnapshotShelf.Image image) {
    lastMillis = nowMillis;
    held = image;
  }

  /** The image that was held back, once everything up to its position is known to be written. */
  Optional<SnapshotShelf.Image> ready(LongPredicate confirmed) {
    if (held == null || !confirmed.test(held.position())) {
      return Optional.empty();
    }
    SnapshotShelf.Image image = held;
    held = null;
    lastPosition = image.position();
    return Optional.of(image);
  }
}
