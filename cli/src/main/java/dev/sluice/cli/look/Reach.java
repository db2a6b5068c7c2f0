package dev.sluice.cli.look;

import dev.sluice.cli.Refusal;
import dev.sluice.lab.Waiting;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether anybody listens where Kafka and the schema registry should be. Their clients wait for a
 * minute, and a lab for three, as what outlives an outage must; somebody who asks wants to be told.
 * Stateless.
 */
public final class Reach {
  /** Long enough for one that starts again; it listens before it answers. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final int CONNECT_MILLIS = 2_000;
  private static final int LARGEST_PORT = 65_535;
  private static final Pattern HOST_AND_PORT = Pattern.compile("\\[?([^\\[\\]]+)\\]?:(\\d{1,5})");

  private Reach() {}

  /**
   * @param advice what to do, the end of the sentence
   * @throws Refusal when one of the two is at none of its addresses, within seconds
   */
  public static void check(Settings settings, String advice) {
    check("Kafka", Setting.KAFKA_BOOTSTRAP_SERVERS, settings, advice);
    check("The schema registry", Setting.SCHEMA_REGISTRY_URL, settings, advice);
  }

  private static void check(String what, Setting where, Settings settings, String advice) {
    List<String> addresses =
        Arrays.stream(settings.required(where).split(",")).map(String::strip).toList();
    List<String> failures = new ArrayList<>();
    boolean reached =
        Waiting.until(
            PATIENCE,
            () -> {
              failures.clear();
              return addresses.stream().anyMatch(address -> listens(address, failures));
            });
    if (!reached) {
      throw new Refusal(
          what + " cannot be reached at " + String.join(", ", failures) + ": " + advice);
    }
  }

  private static boolean listens(String address, List<String> failures) {
    Matcher parts = HOST_AND_PORT.matcher(withPort(address));
    if (!parts.matches() || Integer.parseInt(parts.group(2)) > LARGEST_PORT) {
      return true; // its client says what is wrong with it
    }
    InetSocketAddress target =
        new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
    if (target.isUnresolved()) {
      failures.add(address + " (no such host)");
      return false;
    }
    try (Socket socket = new Socket()) {
      socket.connect(target, CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      failures.add(address + " (" + e.getMessage() + ")");
      return false;
    }
  }

  /** The address of a registry with the port that its URL means. */
  private static String withPort(String address) {
    if (!address.contains("://")) {
      return address;
    }
    try {
      URI url = URI.create(address);
      int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
      return url.getHost() + ":" + port;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
