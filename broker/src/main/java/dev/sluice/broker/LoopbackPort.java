package dev.sluice.broker;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Choice of TCP ports on 127.0.0.1 that a server keeps over restarts.
 *
 * <p>They lie below the range the kernel gives to outgoing connections: a client that retries a
 * port of that range while its server is away is sooner or later connected to itself (simultaneous
 * open), and then holds the port against the server's return.
 */
public final class LoopbackPort {
  private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int LOWEST_OF_ONES_OWN = 10_000;
  private static final int LOWEST = 20_000;
  private static final int USUAL_EPHEMERAL = 32_768;
  private static final int ATTEMPTS = 1_000;
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private LoopbackPort() {}

  /**
   * A port that nothing listens on at this moment, and that this process was not given before: whom
   * it was given to need not listen yet. From any thread.
   */
  public static int choose() {
    return choose(LOWEST, Math.max(firstEphemeral(), LOWEST + 1_000));
  }

  /**
   * A port for a server of this process that listens at once. None of {@link #choose}'s: the
   * process that this one is a part of may have given those to others, who do not listen yet.
   */
  static int chooseOnesOwn() {
    return choose(LOWEST_OF_ONES_OWN, LOWEST);
  }

  private static int choose(int lowest, int bound) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(lowest, bound);
      if (free(port) && GIVEN.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no free port on 127.0.0.1 from %d to %d".formatted(lowest, bound - 1));
  }

  /** Whether a server could listen on it now. */
  static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int firstEphemeral() {
    // Not Files.readString: it reads a first byte alone, and /proc/sys answers only reads from the
    // beginning, so that all that it ever gives of a number is its first digit.
    try (InputStream range = Files.newInputStream(EPHEMERAL)) {
      String text = new String(range.readAllBytes(), StandardCharsets.US_ASCII);
      return Integer.parseInt(text.strip().split("\\s+")[0]);
    } catch (IOException | NumberFormatException e) {
      return USUAL_EPHEMERAL;
    }
  }
}
