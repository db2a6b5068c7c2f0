package dev.sluice.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * The underlay of a lab as a value: one bridge in a namespace of its own (the wire), on it every
 * node's uplink and every outside host. The wire routes between outside addresses, nodes and, as
 * the top of rack of an un-encapsulated network would, pod CIDRs.
 *
 * @param names what the namespaces are called
 * @param nodes how many nodes there are
 */
record WirePlan(LabNames names, int nodes) {
  static final String BRIDGE = "wire0";
  static final String GATEWAY4 = "172.31.0.254";
  static final String GATEWAY6 = "fd00:31::fe";

  /** Every network is opened for both families; nothing of the lab is announced or learned. */
  static final List<String> ROUTER_SYSCTLS =
      List.of(
          "net/ipv4/ip_forward=1",
          "net/ipv4/conf/all/rp_filter=0",
          "net/ipv4/conf/default/rp_filter=0",
          "net/ipv4/conf/all/send_redirects=0",
          "net/ipv4/conf/default/send_redirects=0",
          "net/ipv6/conf/all/forwarding=1",
          "net/ipv6/conf/default/forwarding=1",
          "net/ipv6/conf/default/accept_dad=0",
          "net/ipv6/conf/all/accept_ra=0",
          "net/ipv6/conf/default/accept_ra=0");

  static String node4(int index) {
    return "172.31.0." + index;
  }

  static String node6(int index) {
    return "fd00:31::" + Integer.toHexString(index);
  }

  static String podCidr4(int index) {
    return "10.0." + index + ".0/24";
  }

  static String podCidr6(int index) {
    return "fd00:10:0:" + Integer.toHexString(index) + "::/64";
  }

  /** Run in the wire's namespace, after every node's namespace is there. */
  List<String> wire() {
    List<String> lines = new ArrayList<>();
    lines.add("link set dev lo up");
    lines.add("link add " + BRIDGE + " type bridge forward_delay 0 mcast_snooping 0");
    lines.add("addr add " + GATEWAY4 + "/24 dev " + BRIDGE);
    lines.add("addr add " + GATEWAY6 + "/64 dev " + BRIDGE + " nodad");
    lines.add("link set dev " + BRIDGE + " up");
    for (int i = 1; i <= nodes; i++) {
      lines.addAll(port("node" + i, names.nodeNetns(i)));
      lines.add("route add " + podCidr4(i) + " via " + node4(i));
      lines.add("route add " + podCidr6(i) + " via " + node6(i) + " dev " + BRIDGE);
    }
    return lines;
  }

  /** A link from the bridge to {@code eth0} of a namespace. */
  static List<String> port(String name, String netns) {
    return List.of(
        "link add " + name + " type veth peer name eth0 netns " + netns,
        "link set dev " + name + " master " + BRIDGE + " up");
  }

  /** Run in a node's namespace, after {@link #wire()}. */
  static List<String> node(int index) {
    return List.of(
        "link set dev lo up",
        "addr add " + node4(index) + "/24 dev eth0",
        "addr add " + node6(index) + "/64 dev eth0 nodad",
        "link set dev eth0 up",
        "route add default via " + GATEWAY4,
        "route add default via " + GATEWAY6 + " dev eth0");
  }

  /** In the wire's namespace: the port of an outside host and the ways to its addresses. */
  static List<String> outsidePort(String port, String netns, List<String> addresses) {
    List<String> lines = new ArrayList<>(port(port, netns));
    addresses.forEach(address -> lines.add("route replace " + address + " dev " + BRIDGE));
    return lines;
  }

  /** In an outside host's namespace. It shares the wire with the nodes: attackers may, too. */
  static List<String> outsideHost(List<String> addresses) {
    List<String> lines = new ArrayList<>();
    lines.add("link set dev lo up");
    for (String address : addresses) {
      boolean v6 = address.contains(":");
      lines.add("addr add " + address + (v6 ? "/128" : "/32") + " dev eth0" + (v6 ? " nodad" : ""));
    }
    lines.add("link set dev eth0 up");
    if (addresses.stream().anyMatch(address -> !address.contains(":"))) {
      lines.add("route add 172.31.0.0/24 dev eth0");
      lines.add("route add default via " + GATEWAY4 + " dev eth0");
    }
    if (addresses.stream().anyMatch(address -> address.contains(":"))) {
      lines.add("route add fd00:31::/64 dev eth0");
      lines.add("route add default via " + GATEWAY6 + " dev eth0");
    }
    return lines;
  }
}
