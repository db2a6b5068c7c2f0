package dev.sluice.core.cluster;

import java.util.List;
import java.util.Map;

/** Bodies of objects that name prefixes, each in a few variants that overlap. */
final class Peers {
  private static final List<String> PREFIXES =
      List.of("0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24", "172.31.0.1/32", "fd00:10::/32");

  private Peers() {}

  /** A CiliumNetworkPolicy of ns0. */
  static Map<String, Object> cilium(int one, int other) {
    Object rule =
        switch (one) {
          case 0 -> Map.of("toCIDR", List.of(PREFIXES.get(other), PREFIXES.get(other + 1)));
          case 1 ->
              Map.of(
                  "toCIDRSet",
                  List.of(
                      Map.of("cidr", "10.0.0.0/8", "except", List.of("10.0." + other + ".0/24")),
                      Map.of("cidrGroupRef", "g")));
          default ->
              Map.of(
                  "toServices",
                  List.of(Map.of("k8sService", Map.of("serviceName", "far", "namespace", "ns0"))));
        };
    return Map.of("spec", Map.of("endpointSelector", Map.of(), "egress", List.of(rule)));
  }

  /** A NetworkPolicy of ns0: its blocks mean pods too. */
  static Map<String, Object> block(int one, int other) {
    Map<String, Object> block =
        one == 0
            ? Map.of("cidr", PREFIXES.get(other + 1))
            : Map.of("cidr", "10.0.0.0/8", "except", List.of("10.0." + other + ".0/24"));
    return Map.of(
        "spec",
        Map.of(
            "podSelector",
            Map.of(),
            "egress",
            List.of(Map.of("to", List.of(Map.of("ipBlock", block))))));
  }

  static Map<String, Object> group(int variant) {
    List<String> prefixes = List.of("203.0.113.0/24", "203.0.113.7/32", "2001:db8::/32");
    return Map.of("spec", Map.of("externalCIDRs", prefixes.subList(0, variant)));
  }

  /** With a selector, or without one. */
  static Map<String, Object> service(int variant) {
    Map<String, Object> selector = variant == 0 ? Map.of("app", "0") : Map.of();
    return Map.of(
        "spec",
        Map.of("selector", selector, "clusterIP", "None", "ports", List.of(Map.of("port", 80L))));
  }

  static Map<String, Object> slice(String service, int variant) {
    List<String> addresses = List.of("203.0.113.7", "172.31.0.1", "10.0.1.77");
    return Map.of(
        "metadata",
        Map.of("labels", Map.of("kubernetes.io/service-name", service)),
        "addressType",
        "IPv4",
        "endpoints",
        List.of(Map.of("addresses", List.of(addresses.get(variant)))),
        "ports",
        List.of(Map.of("port", 80L, "name", "")));
  }
}
