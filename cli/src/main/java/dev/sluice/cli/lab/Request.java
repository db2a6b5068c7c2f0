package dev.sluice.cli.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.lab.Manifest;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests to the supervisor, as JSON. */
final class Request {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)?");

  private Request() {}

  static ObjectNode of(String op) {
    return MAPPER.createObjectNode().put("op", op);
  }

  static JsonNode withManifests(String op, List<Manifest> manifests, Duration limit) {
    ObjectNode request = of(op).put("timeoutMillis", limit.toMillis());
    request.set("manifests", MAPPER.valueToTree(manifests));
    return request;
  }

  /**
   * Reads {@code 500ms}, {@code 60s}, {@code 2m} or seconds without a unit.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a time: write 500ms, 60s or 2m");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "m" -> Duration.ofMinutes(count);
      default -> Duration.ofSeconds(count);
    };
  }
}
