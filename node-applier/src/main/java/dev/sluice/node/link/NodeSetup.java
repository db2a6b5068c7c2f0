package dev.sluice.node.link;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Prepares a node's namespace: kernel parameters and the tunnel device. Everything may be there
 * already, from a former process.
 */
public final class NodeSetup {
  /** An outer IPv4, UDP and VXLAN header, and the inner Ethernet header. */
  private static final int TUNNEL_BYTES = 50;

  private final String netns;
  private final IpBatch ip;
  private final String uplink;
  private final boolean tunnel;
  private final int tunnelPort;
  private final int uplinkMtu;
  private final String natPorts;

  /**
   * @param natPorts {@code 49152-65535}: those that no socket is to be given
   */
  public NodeSetup(Settings settings, String natPorts) {
    this.netns = settings.text(Setting.NODE_NETNS);
    this.ip = new IpBatch(netns);
    this.uplink = settings.text(Setting.NODE_UPLINK);
    this.tunnel = tunnels(settings);
    this.tunnelPort = settings.integer(Setting.NODE_VXLAN_PORT);
    this.natPorts = natPorts;
    this.uplinkMtu = settings.integer(Setting.NODE_MTU);
  }

  /**
   * Whether pods reach other nodes through a tunnel.
   *
   * @throws SettingsException when the setting says neither that nor its contrary
   */
  public static boolean tunnels(Settings settings) {
    String routing = settings.text(Setting.NODE_ROUTING);
    return switch (routing) {
      case "vxlan" -> true;
      case "native" -> false;
      default ->
          throw new SettingsException(
              "node.routing is '%s': write vxlan or native".formatted(routing));
    };
  }

  /**
   * The node's own links.
   *
   * @param tunnelIfindex 0: pod addresses are routed as they are
   * @param podMtu what fits between pods of two nodes
   */
  public record NodeLinks(int uplinkIfindex, int tunnelIfindex, int podMtu) {}

  /**
   * Sets up everything but {@link #raiseTunnel}, which waits for the programs.
   *
   * @throws LinkFailure when there is no uplink, or the kernel refuses
   */
  public NodeLinks prepare() {
    new Sysctls(netns).set(parameters());
    ip.run(List.of("link set dev lo up"));
    ProxyRoutes.ensure(ip);
    JsonNode up =
        find(uplink)
            .orElseThrow(
                () -> new LinkFailure("there is no interface " + uplink + ": set node.uplink"));
    int mtu = uplinkMtu > 0 ? uplinkMtu : up.path("mtu").asInt();
    int podMtu = tunnel ? mtu - TUNNEL_BYTES : mtu;
    int tunnelIfindex = 0;
    if (tunnel) {
      if (find(NodeNetwork.TUNNEL).isEmpty()) {
        ip.run(NodeNetwork.tunnel(tunnelPort, podMtu));
      }
      tunnelIfindex = find(NodeNetwork.TUNNEL).orElseThrow().path("ifindex").asInt();
    }
    return new NodeLinks(up.path("ifindex").asInt(), tunnelIfindex, podMtu);
  }

  /** Takes the tunnel up: its programs must be there. */
  public void raiseTunnel() {
    if (tunnel) {
      ip.run(List.of("link set dev " + NodeNetwork.TUNNEL + " up"));
    }
  }

  private Optional<JsonNode> find(String name) {
    for (JsonNode link : ip.links()) {
      if (link.path("ifname").asText().equals(name)) {
        return Optional.of(link);
      }
    }
    return Optional.empty();
  }

  /** New links inherit from {@code default}. */
  private Map<String, String> parameters() {
    Map<String, String> values = new TreeMap<>();
    values.put("ipv4/ip_forward", "1");
    // A socket that asks for any port gets none of those that translations have, or that others
    // keep.
    String reserved = "ipv4/ip_local_reserved_ports";
    values.put(reserved, "$(sed 's/..*/&,/' /proc/sys/net/" + reserved + ")" + natPorts);
    // A closed socket of a proxy would catch packets that are not for it any more, and drop them.
    values.put("ipv4/tcp_early_demux", "0");
    values.put("ipv4/udp_early_demux", "0");
    // A successor listens beside its predecessor: what waits there when it closes is the other's.
    values.put("ipv4/tcp_migrate_req", "1");
    values.put("ipv6/conf/all/disable_ipv6", "0");
    values.put("ipv6/conf/default/disable_ipv6", "0");
    values.put("ipv6/conf/all/forwarding", "1");
    for (String scope : List.of("all", "default", uplink)) {
      // A reply may come over another device than the request left by: the programs check sources.
      values.put("ipv4/conf/" + scope + "/rp_filter", "0");
      values.put("ipv4/conf/" + scope + "/send_redirects", "0");
    }
    values.put("ipv6/conf/default/accept_dad", "0");
    values.put("ipv6/conf/default/accept_ra", "0");
    return values;
  }
}
