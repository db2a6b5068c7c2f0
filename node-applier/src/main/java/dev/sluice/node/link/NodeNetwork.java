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
 * @param remote pod CIDR to the underlay address of the node that has it
 */
public record NodeNetwork(SortedSet<IpAddress> gateways, SortedMap<Prefix, IpAddress> remote) {
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
    remote.forEach(
        (prefix, node) -> {
          if (!node.equals(before.remote.get(prefix))) {
            lines.add(
                tunnel
                    ? overTunnel(prefix, node)
                    : "route replace %s via %s".formatted(prefix, node));
          }
        });
    for (Prefix prefix : before.remote.keySet()) {
      if (!remote.containsKey(prefix)) {
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

  private static String overTunnel(Prefix prefix, IpAddress node) {
    return "route replace %s encap ip id %d dst %s dev %s"
        .formatted(prefix, REMOTE_NODE, node, TUNNEL);
  }
}
