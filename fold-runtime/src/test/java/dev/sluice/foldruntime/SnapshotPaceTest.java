package dev.sluice.foldruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotPaceTest {
  private static final long INTERVAL = 300_000;
  private static final long PAUSE = 1_000;

  private final SnapshotPace pace = new SnapshotPace(Duration.ofMillis(INTERVAL));

  @BeforeEach
  void begins() {
    assertFalse(pace.due(0, 7, PAUSE), "the first interval begins with the first look");
  }

  @Test
  void waitsForAPause() {
    assertFalse(pace.due(INTERVAL - 1, 7, PAUSE));
    assertFalse(pace.due(INTERVAL, 7, PAUSE - 1));
    assertTrue(pace.due(INTERVAL, 7, PAUSE));
  }

  @Test
  void doesNotWaitForEver() {
    assertFalse(pace.due(2 * INTERVAL - 1, 7, 0));
    assertTrue(pace.due(2 * INTERVAL, 7, 0));
  }

  @Test
  void takesOneAtATimeAndNoneTwice() {
    SnapshotShelf.Image image = new SnapshotShelf.Image("fold", 7, 1, new byte[0]);
    pace.hold(INTERVAL, image);
    assertFalse(pace.due(9 * INTERVAL, 8, PAUSE), "one is held");
    assertEquals(Optional.empty(), pace.ready(position -> position < 7));
    assertEquals(Optional.of(image), pace.ready(position -> position <= 7));
    assertFalse(pace.due(9 * INTERVAL, 7, PAUSE), "nothing came since");
    assertTrue(pace.due(9 * INTERVAL, 8, PAUSE));
  }
}
