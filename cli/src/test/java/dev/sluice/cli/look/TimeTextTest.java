package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "5m, 2026-11-20T11:55:00Z",
    "2h30m, 2026-11-20T09:30:00Z",
    "1d, 2026-11-19T12:00:00Z",
    "1d1h, 2026-11-19T11:00:00Z",
    "2026-11-17, 2026-11-17T00:00:00Z",
    "2026-11-17T14:03:00, 2026-11-17T14:03:00Z",
    "2026-11-17T14:03:00+01:00, 2026-11-17T13:03:00Z",
  })
  void readsAgesDatesAndMoments(String text, Instant moment) {
    assertEquals(Optional.of(moment), TimeText.parse(text, NOW, ZoneOffset.UTC));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "5",
        "5x",
        "2026-13-01",
        "9999999999999d",
        "99999999999999999999s"
      })
  void refusesWhatIsNoTime(String text) {
    assertEquals(Optional.empty(), TimeText.parse(text, NOW, ZoneOffset.UTC));
  }
}
