package dev.sluice.node.proxy.dns;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.proxy.socket.Peer;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Function;

/** Ports and ids that nobody can guess. For the proxy's thread. */
final class UpstreamPorts {
  /** Below the ports that pods choose for themselves. */
  private static final int FIRST_PORT = 10_000;

  private static final int PORTS = 22_000;
  private static final int TRIES = 64;

  private final SecureRandom random = new SecureRandom();

  /**
   * Opens a socket from an address and a port of chance.
   *
   * @param opening null for a port that is taken
   * @return null when every port that was tried is taken
   */
  <T> T open(IpAddress from, Function<Peer, T> opening) {
    for (int i = 0; i < TRIES; i++) {
      T socket = opening.apply(new Peer(from, FIRST_PORT + random.nextInt(PORTS)));
      if (socket != null) {
        return socket;
      }
    }
    return null;
  }

  /** An id that no open question has. */
  int freeId(Map<Integer, ?> open) {
    int id = random.nextInt(1 << 16);
    while (open.containsKey(id)) {
      id = random.nextInt(1 << 16);
    }
    return id;
  }
}
