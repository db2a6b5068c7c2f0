package dev.sluice.cli.look;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Times as people type them: an age, a date, or a moment. */
public final class TimeText {
  private static final Pattern AGE = Pattern.compile("(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?");

  private TimeText() {}

  /**
   * The moment that a text means: {@code 2h30m} before {@code now}, a date's beginning, a local or
   * an RFC 3339 time. Empty when it is none of these.
   */
  public static Optional<Instant> parse(String text, Instant now, ZoneId zone) {
    if (!text.isEmpty() && AGE.matcher(text).matches()) {
      int days = text.indexOf('d');
      String iso =
          days < 0
              ? "PT" + text
              : "P"
                  + text.substring(0, days + 1)
                  + (days + 1 < text.length() ? "T" + text.substring(days + 1) : "");
      try {
        return Optional.of(now.minus(Duration.parse(iso.toUpperCase(Locale.ROOT))));
      } catch (DateTimeException | ArithmeticException e) {
        return Optional.empty(); // older than time itself
      }
    }
    try {
      if (text.length() == "2026-11-20".length()) {
        return Optional.of(LocalDate.parse(text).atStartOfDay(zone).toInstant());
      }
      boolean zoned = text.endsWith("Z") || text.matches(".*T.*[+-]\\d\\d:\\d\\d");
      return Optional.of(
          zoned
              ? OffsetDateTime.parse(text).toInstant()
              : LocalDateTime.parse(text).atZone(zone).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
