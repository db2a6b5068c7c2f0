package dev.sluice.ingest.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogSessionTest {
  /** What is said again at half of the window must be looked for before the other half is over. */
  @Test
  void looksOftenEnoughForTheWindow() {
    assertEquals(Duration.ofHours(1), LogSession.refreshInterval(Duration.ofDays(30)));
    assertEquals(Duration.ofMinutes(15), LogSession.refreshInterval(Duration.ofHours(1)));
  }
}
