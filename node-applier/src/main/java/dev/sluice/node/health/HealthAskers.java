package dev.sluice.node.health;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is connected to the ports of a node at which load balancers ask. Anybody may connect there,
 * so that it must not cost the node more than so much: when there are too many, the one that has
 * been there longest goes, and is counted. A load balancer asks as soon as it is connected, and is
 * answered before others can push it out; who holds connections loses them. Thread-safe.
 */
final class HealthAskers {
  /** Of all ports together; each is a descriptor, a buffer of 8 KiB, and a small stack. */
  static final int MOST = 128;

  private static final Logger LOG = LoggerFactory.getLogger(HealthAskers.class);
  private static final long TELL_NANOS = Duration.ofMinutes(1).toNanos();

  /** The first is the one that has been there longest. */
  private final Set<SocketChannel> here = new LinkedHashSet<>();

  private long turnedAway;
  private long toldNanos = System.nanoTime() - TELL_NANOS;

  /** One more, for which another may have to go. */
  void came(SocketChannel asker) throws IOException {
    SocketChannel longest = null;
    synchronized (here) {
      here.add(asker);
      if (here.size() > MOST) {
        Iterator<SocketChannel> all = here.iterator();
        longest = all.next();
        all.remove();
        turnedAway++;
        tell(System.nanoTime());
      }
    }
    if (longest != null) {
      longest.close(); // who reads from it is told
    }
  }

  private void tell(long now) {
    if (now - toldNanos >= TELL_NANOS) {
      toldNanos = now;
      LOG.warn(
          "more than {} connections to healthCheckNodePorts at once: the oldest are closed, {} so"
              + " far",
          MOST,
          turnedAway);
    }
  }

  void left(SocketChannel asker) {
    synchronized (here) {
      here.remove(asker);
    }
  }

  /** How many had to go for others since the process began. */
  long turnedAway() {
    synchronized (here) {
      return turnedAway;
    }
  }
}
