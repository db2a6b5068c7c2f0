package dev.sluice.node.health;

import dev.sluice.core.service.LocalHealth;
import dev.sluice.node.bpf.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener for each port that a load balancer asks for the health of a Service, in the node's
 * network namespace. Two processes may have a port at once: a successor listens before its
 * predecessor stops, and the kernel hands on what waits there ({@code tcp_migrate_req}), so that
 * nobody who asks meanwhile is refused.
 *
 * <p>{@link #serve} is for one thread; answers are given by others.
 */
public final class HealthPorts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthPorts.class);
  private static final int BACKLOG = 128;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Path netns;
  private final Duration patience;
  private final HealthAskers askers = new HealthAskers();
  private final Map<Integer, HealthPort> open = new HashMap<>();

  /**
   * @param netns the node's network namespace; null: the process' own
   */
  public HealthPorts(Path netns) {
    this(netns, PATIENCE);
  }

  /**
   * @param patience how long a connection may take to ask
   */
  HealthPorts(Path netns, Duration patience) {
    this.netns = netns;
    this.patience = patience;
  }

  /** Connections that were closed to make room for others, since the process began. Any thread. */
  public long turnedAway() {
    return askers.turnedAway();
  }

  /** Opens, changes and closes ports. One that somebody else has is logged and tried next time. */
  public void serve(SortedMap<Integer, LocalHealth> wanted) {
    for (Iterator<Map.Entry<Integer, HealthPort>> each = open.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<Integer, HealthPort> entry = each.next();
      if (!wanted.containsKey(entry.getKey())) {
        entry.getValue().close();
        each.remove();
      }
    }
    wanted.forEach(this::serve);
  }

  private void serve(int number, LocalHealth health) {
    HealthPort port = open.get(number);
    if (port != null) {
      port.says(health);
      return;
    }
    try {
      ServerSocketChannel listener = Netns.in(netns, () -> listener(number));
      open.put(number, new HealthPort(listener, askers, patience, health));
    } catch (UncheckedIOException e) {
      LOG.warn(
          "healthCheckNodePort {} of Service {} cannot be served: {}",
          number,
          health.service(),
          e.getCause().getMessage());
    }
  }

  private static ServerSocketChannel listener(int number) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      return listener.bind(new InetSocketAddress(number), BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  @Override
  public void close() {
    open.values().forEach(HealthPort::close);
    open.clear();
  }
}
