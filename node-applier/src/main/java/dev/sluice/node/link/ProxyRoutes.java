package dev.sluice.node.link;

import java.util.List;

/**
 * The way of marked packets to the sockets of the node's proxies: whatever their destination, the
 * node's own stack takes them. Programs drop what is marked and yet goes out, so that a missing
 * route lets nothing by.
 */
final class ProxyRoutes {
  private static final String MARK = "0x200/0xf00";
  private static final int TABLE = 2004;

  /** Above the rules of others, below that of table local. */
  private static final int PREFERENCE = 90;

  private ProxyRoutes() {}

  /** Makes what is missing; what is there already stays untouched. */
  static void ensure(IpBatch ip) {
    List<String> rule =
        List.of("rule add fwmark %s lookup %d pref %d".formatted(MARK, TABLE, PREFERENCE));
    for (String family : List.of("-4", "-6")) {
      String all = family.equals("-4") ? "0.0.0.0/0" : "::/0";
      ip.run(family, List.of("route replace local %s dev lo table %d".formatted(all, TABLE)));
      ip.tryAll(family, rule);
    }
  }
}
