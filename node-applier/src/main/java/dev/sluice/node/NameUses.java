package dev.sluice.node;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.kernel.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which learned addresses the node's connections use.
 *
 * @param addresses sorted
 * @param byEndpoint those of each endpoint that opened a connection
 */
record NameUses(List<IpAddress> addresses, Map<Integer, Set<IpAddress>> byEndpoint) {
  static NameUses of(List<Connection> connections) {
    Set<IpAddress> all = new TreeSet<>();
    Map<Integer, Set<IpAddress>> byEndpoint = new TreeMap<>();
    for (Connection each : connections) {
      boolean alive = each.expiresSeconds() > 0 && each.state() != Connection.State.CLOSED;
      if (alive && IdentityScope.NAMES.has(each.destinationIdentity())) {
        all.add(each.destination());
        byEndpoint
            .computeIfAbsent(each.sourceEndpoint(), e -> new TreeSet<>())
            .add(each.destination());
      }
    }
    return new NameUses(List.copyOf(all), byEndpoint);
  }
}
