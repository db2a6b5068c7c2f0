package dev.sluice.foldruntime;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongPredicate;

/** When a stream takes a snapshot, and when the one it took may be saved. For one thread. */
final class SnapshotPace {
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

  boolean due(long nowMillis, long position) {
    if (lastMillis == Long.MIN_VALUE) {
      lastMillis = nowMillis;
    }
    return held == null && position > lastPosition && nowMillis - lastMillis >= intervalMillis;
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
