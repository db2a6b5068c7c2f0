package dev.sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A client, a node that routes, and a server, each a network namespace, with a packet filter on the
 * node. {@link #close()} removes them.
 */
final class RoutedTrio implements AutoCloseable {
  /** What the node judges packets with. */
  enum Filter {
    /** Nothing: the path itself. */
    NONE("no program"),
    /** A NetworkPolicy as iptables with one ipset. */
    IPTABLES("iptables + ipset"),
    /** The same as nftables with one set. */
    NFTABLES("nftables set");

    private final String text;

    Filter(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    private List<Rules> rules(int peers) {
      return switch (this) {
        case NONE -> List.of();
        case IPTABLES ->
            List.of(
                new Rules(
                    List.of("ipset", "restore"),
                    "create pol hash:ip maxelem 262144\nadd pol "
                        + World.peers(peers - 1, "\nadd pol ")
                        + "\nadd pol "
                        + CLIENT_ADDRESS
                        + "\n"),
                new Rules(List.of("iptables-restore"), IPTABLES_RULES));
        case NFTABLES ->
            List.of(
                new Rules(
                    List.of("nft", "-f", "-"),
                    NFT_RULES.formatted(World.peers(peers - 1, ", ") + ", " + CLIENT_ADDRESS)));
      };
    }
  }

  /** What a command of the packet filter reads on its standard input. */
  record Rules(List<String> command, String input) {}

  /** The server has three, as a Service has three backends. */
  static final List<String> SERVER_ADDRESSES = List.of("10.244.2.2", "10.244.2.3", "10.244.2.4");

  static final String SERVER_ADDRESS = SERVER_ADDRESSES.getFirst();
  private static final String CLIENT_ADDRESS = "10.244.1.2";

  private final String prefix;

  private RoutedTrio(String prefix) {
    this.prefix = prefix;
  }

  /** Makes the three namespaces and loads the filter with that many allowed peers. */
  static RoutedTrio make(Filter filter, int peers) {
    return make(filter.name().toLowerCase(Locale.ROOT), filter.rules(peers));
  }

  /** Makes the three namespaces and loads these rules on the node. */
  static RoutedTrio make(String name, List<Rules> rules) {
    RoutedTrio trio = new RoutedTrio("slcb%d-%s".formatted(ProcessHandle.current().pid(), name));
    Leftovers.opened(trio);
    try {
      trio.addLinks();
      rules.forEach(trio::load);
      return trio;
    } catch (RuntimeException e) {
      trio.close();
      throw e;
    }
  }

  String client() {
    return prefix + "-c";
  }

  String server() {
    return prefix + "-s";
  }

  private String node() {
    return prefix + "-n";
  }

  private void addLinks() {
    Shell.run("ip", "netns", "add", node());
    addHost(client(), "c", CLIENT_ADDRESS, "10.244.1.1");
    addHost(server(), "s", SERVER_ADDRESS, "10.244.2.1");
    for (String other : SERVER_ADDRESSES.subList(1, SERVER_ADDRESSES.size())) {
      Shell.run("ip", "-n", server(), "addr", "add", other + "/24", "dev", "eth0");
    }
    inNode("sysctl", "-qw", "net.ipv4.ip_forward=1");
    // Where connections are tracked: what was reset is forgotten soon, for ports come again.
    inNode("sysctl", "-qew", "net.netfilter.nf_conntrack_tcp_timeout_close=1");
  }

  private void addHost(String netns, String link, String address, String gateway) {
    Shell.run("ip", "netns", "add", netns);
    Shell.run(
        "ip", "-n", node(), "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns",
        netns);
    Shell.run("ip", "-n", node(), "addr", "add", gateway + "/24", "dev", link);
    Shell.run("ip", "-n", node(), "link", "set", link, "up");
    Shell.run("ip", "-n", netns, "addr", "add", address + "/24", "dev", "eth0");
    Shell.run("ip", "-n", netns, "link", "set", "eth0", "up");
    Shell.run("ip", "-n", netns, "link", "set", "lo", "up");
    Shell.run("ip", "-n", netns, "route", "add", "default", "via", gateway);
    Shell.run(
        "nsenter",
        "--net=/run/netns/" + netns,
        "sysctl",
        "-qw",
        "net.ipv4.ip_local_port_range=1024 65000");
  }

  private void inNode(String... command) {
    String[] all = new String[command.length + 2];
    all[0] = "nsenter";
    all[1] = "--net=/run/netns/" + node();
    System.arraycopy(command, 0, all, 2, command.length);
    Shell.run(all);
  }

  private void load(Rules rules) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + node()));
    command.addAll(rules.command());
    Shell.run(command, rules.input());
  }

  /** The chains of a NetworkPolicy controller on iptables. */
  private static final String IPTABLES_RULES =
      """
      *filter
      :INPUT ACCEPT
      :FORWARD ACCEPT
      :OUTPUT ACCEPT
      :KUBE-NWPLCY - [0:0]
      :POD-FW - [0:0]
      -A FORWARD -m conntrack --ctstate INVALID -j DROP
      -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -d 10.244.2.0/24 -j POD-FW
      -A POD-FW -j KUBE-NWPLCY
      -A POD-FW -m mark --mark 0x10000/0x10000 -j ACCEPT
      -A POD-FW -j DROP
      -A KUBE-NWPLCY -p tcp -m set --match-set pol src -j ACCEPT
      COMMIT
      """;

  private static final String NFT_RULES =
      """
      table ip np {
        set peers { type ipv4_addr; elements = { %s } }
        chain forward {
          type filter hook forward priority 0;
          ct state established,related accept
          ip daddr 10.244.2.0/24 ip saddr @peers accept
          ip daddr 10.244.2.0/24 drop
        }
      }
      """;

  @Override
  public void close() {
    for (String netns : new String[] {client(), server(), node()}) {
      if (java.nio.file.Files.exists(java.nio.file.Path.of("/run/netns", netns))) {
        Shell.run("ip", "netns", "del", netns);
      }
    }
    Leftovers.closed(this);
  }
}
