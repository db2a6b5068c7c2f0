package dev.sluice.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
    int bound = Math.max(firstEphemeral(), LOWEST + 1_000);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, bound);
      if (free(port) && GIVEN.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no free port on 127.0.0.1 from %d to %d".formatted(LOWEST, bound - 1));
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
    try {
      return Integer.parseInt(Files.readString(EPHEMERAL).strip().split("\\s+")[0]);
    } catch (IOException | NumberFormatException e) {
      return USUAL_EPHEMERAL;
    }
  }
}
