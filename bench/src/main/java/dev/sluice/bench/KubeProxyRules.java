package dev.sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rules of the shape that kube-proxy makes of so many Services with three backends each, of which
 * the last one leads to the server of a {@link RoutedTrio}: those of the baseline's {@code
 * gen_rules.py}.
 */
final class KubeProxyRules {
  private static final String PODS = "10.244.0.0/16";
  private static final int TARGET = 8080;
  private static final int NFT_ELEMENTS = 500; // a line of them

  private KubeProxyRules() {}

  /** For iptables-legacy-restore and iptables-nft-restore: proxy mode iptables. */
  static String iptables(int services) {
    List<String> chains = new ArrayList<>();
    List<String> balance = new ArrayList<>();
    List<String> translate = new ArrayList<>();
    List<String> dispatch = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      String name = "ns%d/service-%d:p80".formatted(i % 50, i);
      String chain = "KUBE-SVC-" + digits(i);
      String comment = "-m comment --comment \"" + name;
      String to = "-m tcp -p tcp -d %s --dport 80 ".formatted(ServiceWorld.address(i));
      balance.add(
          "-A %s %s cluster IP\" %s! -s %s -j KUBE-MARK-MASQ".formatted(chain, comment, to, PODS));
      List<String> backends = backends(i, services);
      for (int k = 0; k < backends.size(); k++) {
        String backend = backends.get(k);
        String end = "KUBE-SEP-%s%d".formatted(digits(i), k);
        String chance =
            k == backends.size() - 1
                ? ""
                : String.format(
                    Locale.ROOT,
                    "-m statistic --mode random --probability %.11f ",
                    1.0 / (backends.size() - k));
        balance.add(
            "-A %s %s -> %s:%d\" %s-j %s".formatted(chain, comment, backend, TARGET, chance, end));
        translate.add("-A %s %s\" -s %s -j KUBE-MARK-MASQ".formatted(end, comment, backend));
        translate.add(
            "-A %s %s\" -m tcp -p tcp -j DNAT --to-destination %s:%d"
                .formatted(end, comment, backend, TARGET));
        chains.add(":" + end + " - [0:0]");
      }
      chains.add(":" + chain + " - [0:0]");
      dispatch.add("-A KUBE-SERVICES %s cluster IP\" %s-j %s".formatted(comment, to, chain));
    }
    List<String> all = new ArrayList<>(IPTABLES_FILTER.lines().toList());
    all.addAll(chains);
    all.addAll(IPTABLES_NAT.lines().toList());
    all.addAll(balance);
    all.addAll(translate);
    all.addAll(dispatch);
    all.addAll(IPTABLES_END.lines().toList());
    return String.join("\n", all) + "\n";
  }

  /** For nft: proxy mode nftables. */
  static String nftables(int services) {
    List<String> chains = new ArrayList<>();
    List<String> rules = new ArrayList<>();
    List<String> elements = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      String name = "%s-ns%d/service-%d/tcp/p80".formatted(digits(i), i % 50, i);
      String chain = "service-" + name;
      List<String> ends = new ArrayList<>();
      List<String> backends = backends(i, services);
      for (int k = 0; k < backends.size(); k++) {
        String backend = backends.get(k);
        String end = "endpoint-%s__%s/%d".formatted(name, backend, TARGET);
        ends.add(k + " : goto " + end);
        chains.add(end);
        rules.add("%s ip saddr %s jump mark-for-masquerade".formatted(end, backend));
        rules.add("%s meta l4proto tcp dnat to %s:%d".formatted(end, backend, TARGET));
      }
      String address = ServiceWorld.address(i);
      chains.add(chain);
      rules.add(
          "%s ip daddr %s tcp dport 80 ip saddr != %s jump mark-for-masquerade"
              .formatted(chain, address, PODS));
      rules.add(
          "%s numgen random mod %d vmap { %s }"
              .formatted(chain, backends.size(), String.join(", ", ends)));
      elements.add("%s . tcp . 80 : goto %s".formatted(address, chain));
      addresses.add(address);
    }
    List<String> all = new ArrayList<>(NFT_TABLE.lines().toList());
    chains.forEach(chain -> all.add("add chain ip kube-proxy " + chain));
    all.addAll(NFT_RULES.lines().toList());
    rules.forEach(rule -> all.add("add rule ip kube-proxy " + rule));
    addElements(all, "service-ips", elements);
    addElements(all, "cluster-ips", addresses);
    return String.join("\n", all) + "\n";
  }

  private static void addElements(List<String> all, String set, List<String> elements) {
    for (int from = 0; from < elements.size(); from += NFT_ELEMENTS) {
      int end = Math.min(elements.size(), from + NFT_ELEMENTS);
      all.add(
          "add element ip kube-proxy %s { %s }"
              .formatted(set, String.join(", ", elements.subList(from, end))));
    }
  }

  private static List<String> backends(int service, int services) {
    return service == services - 1 ? RoutedTrio.SERVER_ADDRESSES : ServiceWorld.backends(service);
  }

  /** Chains' names end in sixteen characters of a hash; here in those of a number, spread. */
  private static String digits(int service) {
    return String.format(Locale.ROOT, "%016X", (service + 1) * 0x9e3779b97f4a7c15L)
        .substring(0, 15);
  }

  private static final String IPTABLES_FILTER =
      """
      *filter
      :INPUT ACCEPT
      :FORWARD ACCEPT
      :OUTPUT ACCEPT
      :KUBE-FORWARD - [0:0]
      :KUBE-SERVICES - [0:0]
      :KUBE-EXTERNAL-SERVICES - [0:0]
      :KUBE-PROXY-FIREWALL - [0:0]
      -A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
      -A FORWARD -j KUBE-FORWARD
      -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
      -A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
      -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
      -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
      -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      COMMIT
      *nat
      :PREROUTING ACCEPT
      :INPUT ACCEPT
      :OUTPUT ACCEPT
      :POSTROUTING ACCEPT
      :KUBE-SERVICES - [0:0]
      :KUBE-NODEPORTS - [0:0]
      :KUBE-POSTROUTING - [0:0]
      :KUBE-MARK-MASQ - [0:0]
      """;

  private static final String IPTABLES_NAT =
      """
      -A PREROUTING -j KUBE-SERVICES
      -A OUTPUT -j KUBE-SERVICES
      -A POSTROUTING -j KUBE-POSTROUTING
      -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
      -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
      -A KUBE-POSTROUTING -j MASQUERADE --random-fully
      -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
      """;

  private static final String IPTABLES_END =
      """
      -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
      COMMIT
      """;

  private static final String NFT_TABLE =
      """
      add table ip kube-proxy
      add chain ip kube-proxy mark-for-masquerade
      add chain ip kube-proxy masquerading
      add chain ip kube-proxy services
      add chain ip kube-proxy cluster-ips-check
      add chain ip kube-proxy service-endpoints-check
      add chain ip kube-proxy firewall-check
      add set ip kube-proxy cluster-ips { type ipv4_addr; }
      add set ip kube-proxy nodeport-ips { type ipv4_addr; }
      add map ip kube-proxy no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; }
      add map ip kube-proxy firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
      add map ip kube-proxy service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
      add map ip kube-proxy service-nodeports { type inet_proto . inet_service : verdict; }
      add chain ip kube-proxy nat-prerouting { type nat hook prerouting priority dstnat; }
      add chain ip kube-proxy nat-output { type nat hook output priority -100; }
      add chain ip kube-proxy nat-postrouting { type nat hook postrouting priority srcnat; }
      add chain ip kube-proxy filter-prerouting { type filter hook prerouting priority -110; }
      add chain ip kube-proxy filter-forward { type filter hook forward priority -110; }
      """;

  private static final String NFT_RULES =
      """
      add rule ip kube-proxy mark-for-masquerade mark set mark or 0x4000
      add rule ip kube-proxy masquerading mark and 0x4000 == 0 return
      add rule ip kube-proxy masquerading mark set mark xor 0x4000
      add rule ip kube-proxy masquerading masquerade fully-random
      add rule ip kube-proxy services ip daddr . meta l4proto . th dport vmap @service-ips
      add rule ip kube-proxy services ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
      add rule ip kube-proxy cluster-ips-check ip daddr @cluster-ips reject
      add rule ip kube-proxy service-endpoints-check ip daddr . meta l4proto . th dport vmap @no-endpoint-services
      add rule ip kube-proxy firewall-check ip daddr . meta l4proto . th dport vmap @firewall-ips
      add rule ip kube-proxy filter-prerouting ct state new jump firewall-check
      add rule ip kube-proxy filter-forward ct state new jump service-endpoints-check
      add rule ip kube-proxy filter-forward ct state new jump cluster-ips-check
      add rule ip kube-proxy nat-prerouting jump services
      add rule ip kube-proxy nat-output jump services
      add rule ip kube-proxy nat-postrouting jump masquerading
      """;
}
