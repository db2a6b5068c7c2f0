package dev.sluice.node.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodLinkTest {
  private static final IpAddress V4 = IpAddress.parse("10.0.1.10");
  private static final IpAddress V6 = IpAddress.parse("fd00:10:0:1::10");

  private static PodLink link(String pod, IpAddress... ips) {
    return PodLink.of("shop", pod, "uid-1", "/run/netns/x", List.of(ips), "eth0");
  }

  @Test
  void namesAreShortAndTellPodsApart() {
    PodLink a = link("a", V4);
    assertEquals(15, a.hostInterface().length());
    assertEquals(a.hostInterface(), PodLink.hostName("shop", "a"));
    assertNotEquals(a.hostInterface(), link("b", V4).hostInterface());
    assertNotEquals(a.hostMac(), a.podMac());
  }

  @Test
  void everythingOfAPodGoesToTheGateway() {
    List<String> lines = link("a", V4, V6).raisePod();
    assertEquals("link set dev lo up", lines.getFirst());
    assertTrue(lines.contains("addr replace fd00:10:0:1::10/128 dev eth0 nodad"));
    assertTrue(lines.contains("route replace default via 169.254.1.1 dev eth0"));
    assertTrue(lines.contains("route replace ::/0 via fe80::1 dev eth0"));
    assertTrue(link("a", V4).raisePod().stream().noneMatch(line -> line.contains("fe80")));
  }

  @Test
  void filesBringLinksBack(@TempDir Path folder) {
    EndpointFiles files = EndpointFiles.beside(folder.resolve("node.sock"));
    assertEquals(List.of(), files.all());
    PodLink a = link("a", V4, V6);
    files.save(a);
    files.save(a);
    assertEquals(List.of(a), files.all());
    files.delete(a.hostInterface());
    assertEquals(List.of(), files.all());
    files.deleteAll();
  }

  @Test
  void routesFollowTheOtherNodes() {
    Prefix pods4 = Prefix.parse("10.0.2.0/24");
    Prefix pods6 = Prefix.parse("fd00:10:0:2::/64");
    IpAddress node4 = IpAddress.parse("172.31.0.2");
    IpAddress node6 = IpAddress.parse("fd00:31::2");
    TreeMap<Prefix, List<IpAddress>> remote = new TreeMap<>();
    remote.put(pods4, List.of(node6, node4));
    remote.put(pods6, List.of(node4, node6));
    NodeNetwork one = new NodeNetwork(new TreeSet<>(List.of(IpAddress.parse("10.0.1.1"))), remote);
    assertEquals(
        List.of(
            "addr replace 10.0.1.1/32 dev lo",
            "route replace 10.0.2.0/24 encap ip id 6 dst 172.31.0.2 dev slc_vxlan",
            "route replace fd00:10:0:2::/64 encap ip id 6 dst 172.31.0.2 dev slc_vxlan"),
        one.change(NodeNetwork.EMPTY, true));
    assertEquals(List.of(), one.change(one, true));
    assertEquals(
        List.of(
            "route del 10.0.2.0/24", "route del fd00:10:0:2::/64", "addr del 10.0.1.1/32 dev lo"),
        NodeNetwork.EMPTY.change(one, true));
    assertEquals(
        List.of(
            "addr replace 10.0.1.1/32 dev lo",
            "route replace 10.0.2.0/24 via 172.31.0.2",
            "route replace fd00:10:0:2::/64 via fd00:31::2"),
        one.change(NodeNetwork.EMPTY, false));
    NodeNetwork half =
        new NodeNetwork(one.gateways(), new TreeMap<>(Map.of(pods6, List.of(node4))));
    assertEquals(
        List.of("route del 10.0.2.0/24", "route del fd00:10:0:2::/64"), half.change(one, false));
    assertEquals(
        List.of("route del 10.0.2.0/24"), half.change(one, true), "a tunnel needs IPv4 alone");
  }
}
