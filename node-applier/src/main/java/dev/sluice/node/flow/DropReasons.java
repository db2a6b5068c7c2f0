package dev.sluice.node.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** The words for a drop's number. */
public final class DropReasons {
  private static final Map<Integer, String> TEXTS = read();

  private DropReasons() {}

  /** {@code Policy denied} of 133; a number that nobody knows is told as such. */
  public static String text(int reason) {
    return TEXTS.getOrDefault(reason, "Unknown reason " + reason);
  }

  private static Map<Integer, String> read() {
    Properties properties = new Properties();
    try (InputStream in = DropReasons.class.getResourceAsStream("drop-reasons.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toUnmodifiableMap(Integer::parseInt, properties::getProperty));
  }
}
