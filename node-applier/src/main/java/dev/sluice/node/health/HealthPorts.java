package dev.sluice.node.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.core.service.LocalHealth;
import dev.sluice.node.bpf.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP server for each port that a load balancer asks for the health of a Service, in the
 * node's network namespace: 200 while the Service has a ready backend on this node, else 503; the
 * body and the header {@code X-Load-Balancing-Endpoint-Weight} are those of kube-proxy.
 *
 * <p>{@link #serve} is for one thread; answers are given by the servers' own.
 */
public final class HealthPorts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthPorts.class);
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final Path netns;
  private final Map<Integer, Port> open = new HashMap<>();

  /** A server, and what it says now. */
  private static final class Port {
    private final HttpServer server;
    private volatile LocalHealth health;

    Port(HttpServer server) {
      this.server = server;
    }
  }

  /**
   * @param netns the node's network namespace; null: the process' own
   */
  public HealthPorts(Path netns) {
    this.netns = netns;
  }

  /** Opens, changes and closes ports. One that somebody else has is logged and tried next time. */
  public void serve(SortedMap<Integer, LocalHealth> wanted) {
    for (Iterator<Map.Entry<Integer, Port>> each = open.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<Integer, Port> entry = each.next();
      if (!wanted.containsKey(entry.getKey())) {
        entry.getValue().server.stop(0);
        each.remove();
      }
    }
    wanted.forEach(this::serve);
  }

  private void serve(int number, LocalHealth health) {
    Port port = open.get(number);
    if (port != null) {
      port.health = health;
      return;
    }
    try {
      HttpServer server =
          Netns.in(netns, () -> HttpServer.create(new InetSocketAddress(number), 0));
      Port opened = new Port(server);
      opened.health = health;
      server.createContext("/", exchange -> answer(exchange, opened.health));
      server.start();
      open.put(number, opened);
    } catch (UncheckedIOException e) {
      LOG.warn(
          "healthCheckNodePort {} of Service {} cannot be served: {}",
          number,
          health.service(),
          e.getCause().getMessage());
    }
  }

  private static void answer(HttpExchange exchange, LocalHealth health) throws IOException {
    int slash = health.service().indexOf('/');
    byte[] body =
        """
        {"service": {"namespace": "%s", "name": "%s"}, "localEndpoints": %d}
        """
            .formatted(
                health.service().substring(0, slash),
                health.service().substring(slash + 1),
                health.backends())
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange
        .getResponseHeaders()
        .set("X-Load-Balancing-Endpoint-Weight", Integer.toString(health.backends()));
    try (exchange) {
      exchange.sendResponseHeaders(health.backends() > 0 ? OK : UNAVAILABLE, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    open.values().forEach(port -> port.server.stop(0));
    open.clear();
  }
}
