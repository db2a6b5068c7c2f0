package dev.sluice.node.link;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a node's own namespace needs besides pods, as a value: gateway addresses that it owns, and
 * which other node each remote pod CIDR is behind. {@link #change} gives the {@code ip} lines from
 * one state to the next.
 *
 * @param gateways the node's addresses in its own pod CIDRs
 * @param remote pod CIDR to the underlay addresses of the node that has it
 */
public record NodeNetwork(
    SortedSet<IpAddress> gateways, SortedMap<Prefix, List<IpAddress>> remote) {
  public static final NodeNetwork EMPTY = new NodeNetwork(new TreeSet<>(), new TreeMap<>());

  /** The tunnel device. */
  public static final String TUNNEL = "slc_vxlan";

  /** VNI of what the node's own sockets send to remote pods: identity remote-node. */
  private static final int REMOTE_NODE = 6;

  /** Makes the tunnel device; run in the node's namespace. */
  static List<String> tunnel(int port, int mtu) {
    return List.of(
        // Each node's device has a hardware address of its own: a frame from one's own is a loop.
        "link add %s type vxlan external dstport %d nolearning".formatted(TUNNEL, port),
        "link set dev %s mtu %d arp off".formatted(TUNNEL, mtu));
  }

  /** The lines that lead from {@code before} to this state; each may already have been run. */
  List<String> change(NodeNetwork before, boolean tunnel) {
    List<String> lines = new ArrayList<>();
    for (IpAddress gateway : gateways) {
      if (!before.gateways.contains(gateway)) {
        // No device of its own is needed to own an address.
        lines.add(
            "addr replace %s dev lo%s".formatted(gateway.single(), gateway.v6() ? " nodad" : ""));
      }
    }
    SortedMap<Prefix, IpAddress> routes = routes(tunnel);
    SortedMap<Prefix, IpAddress> old = before.routes(tunnel);
    routes.forEach(
        (prefix, node) -> {
          if (!node.equals(old.get(prefix))) {
            lines.add(
                tunnel
                    ? overTunnel(prefix, node)
                    : "route replace %s via %s".formatted(prefix, node));
          }
        });
    for (Prefix prefix : old.keySet()) {
      if (!routes.containsKey(prefix)) {
        lines.add("route del " + prefix);
      }
    }
    for (IpAddress gateway : before.gateways) {
      if (!gateways.contains(gateway)) {
        lines.add("addr del %s dev lo".formatted(gateway.single()));
      }
    }
    return lines;
  }

  /**
   * Where each remote pod CIDR is sent. Tunnels run over IPv4; without one, a packet goes to an
   * address of its own family. A node that has none such has no route.
   */
  private SortedMap<Prefix, IpAddress> routes(boolean tunnel) {
    SortedMap<Prefix, IpAddress> routes = new TreeMap<>();
    remote.forEach(
        (prefix, node) ->
            node.stream()
                .filter(address -> address.v6() == (!tunnel && prefix.address().v6()))
                .findFirst()
                .ifPresent(address -> routes.put(prefix, address)));
    return routes;
  }

  private static String overTunnel(Prefix prefix, IpAddress node) {
    return "route replace %s encap ip id %d dst %s dev %s"
        .formatted(prefix, REMOTE_NODE, node, TUNNEL);
  }
}
