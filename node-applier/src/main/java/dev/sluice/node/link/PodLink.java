package dev.sluice.node.link;

import dev.sluice.core.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The link of one pod as a value: the veth pair's names and hardware addresses, and the {@code ip}
 * lines that make it. Nothing is done here.
 *
 * <p>The pod's addresses are single ones, and everything it sends goes to a gateway that only has a
 * hardware address, the host end's: so the pod asks no neighbour about anything, and its link needs
 * no subnet.
 *
 * @param netns path of the pod's namespace
 * @param interfaceName the pod's end
 * @param hostInterface the node's end
 */
public record PodLink(
    String namespace,
    String pod,
    String uid,
    String netns,
    List<IpAddress> ips,
    String interfaceName,
    String hostInterface) {
  /** Gateways of every pod; they exist on no interface. */
  static final String GATEWAY4 = "169.254.1.1";

  static final String GATEWAY6 = "fe80::1";

  public static PodLink of(
      String namespace,
      String pod,
      String uid,
      String netns,
      List<IpAddress> ips,
      String interfaceName) {
    return new PodLink(
        namespace, pod, uid, netns, List.copyOf(ips), interfaceName, hostName(namespace, pod));
  }

  /** {@code slc} and 12 hex digits: 15 characters are the most that a link's name may have. */
  public static String hostName(String namespace, String pod) {
    return "slc" + HexFormat.of().formatHex(digest(namespace + "/" + pod), 0, 6);
  }

  /** {@code namespace/pod}. */
  public String key() {
    return namespace + "/" + pod;
  }

  /** Hardware address of the node's end: a locally administered one that follows from the pod. */
  public String hostMac() {
    return mac("host");
  }

  public String podMac() {
    return mac("pod");
  }

  /** Makes the pair, both ends down; run in the node's namespace. */
  public List<String> create(int mtu) {
    return List.of(
        "link add %s address %s mtu %d type veth peer name %s address %s mtu %d netns %s"
            .formatted(hostInterface, hostMac(), mtu, interfaceName, podMac(), mtu, netns),
        "link set dev %s alias %s".formatted(hostInterface, alias()));
  }

  /** Takes the node's end up and routes the pod's addresses to it; in the node's namespace. */
  public List<String> raiseHost() {
    List<String> lines = new ArrayList<>();
    lines.add("link set dev " + hostInterface + " up");
    for (IpAddress ip : ips) {
      lines.add("route replace %s dev %s".formatted(ip.single(), hostInterface));
      lines.add(
          "neigh replace %s dev %s lladdr %s nud permanent".formatted(ip, hostInterface, podMac()));
    }
    return lines;
  }

  /** Addresses, link and routes of the pod's end; in the pod's namespace. */
  public List<String> raisePod() {
    List<String> lines = new ArrayList<>();
    lines.add("link set dev lo up");
    for (IpAddress ip : ips) {
      lines.add(
          "addr replace %s dev %s%s"
              .formatted(ip.single(), interfaceName, ip.v6() ? " nodad" : ""));
    }
    lines.add("link set dev " + interfaceName + " up");
    if (ips.stream().anyMatch(ip -> !ip.v6())) {
      lines.add("route replace %s dev %s scope link".formatted(GATEWAY4, interfaceName));
      lines.add("route replace default via %s dev %s".formatted(GATEWAY4, interfaceName));
      lines.add(neighbour(GATEWAY4));
    }
    if (ips.stream().anyMatch(IpAddress::v6)) {
      lines.add("route replace ::/0 via %s dev %s".formatted(GATEWAY6, interfaceName));
      lines.add(neighbour(GATEWAY6));
    }
    return lines;
  }

  /** Deletes the pair; in the node's namespace. */
  public List<String> delete() {
    return List.of("link del dev " + hostInterface);
  }

  private String neighbour(String gateway) {
    return "neigh replace %s dev %s lladdr %s nud permanent"
        .formatted(gateway, interfaceName, hostMac());
  }

  private String alias() {
    String name = key();
    return name.substring(0, Math.min(name.length(), 200));
  }

  private String mac(String end) {
    byte[] hash = digest(end + "|" + key() + "|" + uid);
    return "02:" + HexFormat.ofDelimiter(":").formatHex(hash, 0, 5);
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
