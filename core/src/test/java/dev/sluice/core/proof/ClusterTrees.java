package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.tree;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bodies of everything in a cluster that is no policy. */
final class ClusterTrees {
  private static final String SERVICE_NAME = "kubernetes.io/service-name";

  private final Choices choices;

  ClusterTrees(Choices choices) {
    this.choices = choices;
  }

  /** An object of its kind with the key; another call may make another version of it. */
  Map<String, Object> body(ObjectKey key) {
    return switch (key.kind()) {
      case "Namespace" -> namespace(key);
      case "Node" -> node(key.name().charAt(key.name().length() - 1) - '0');
      case "Pod" -> pod(key.name().charAt(key.name().length() - 1) - '0');
      case "Service" -> service(key);
      case "EndpointSlice" -> slice(key);
      case "CiliumCIDRGroup" -> group();
      case ClusterSettings.KIND -> settings();
      default -> throw new IllegalArgumentException(key.toString());
    };
  }

  private Map<String, Object> namespace(ObjectKey key) {
    Map<String, Object> labels = new TreeMap<>(Map.of("kubernetes.io/metadata.name", key.name()));
    if (choices.oneIn(2)) {
      labels.put("team", choices.any(Words.TEAMS));
    }
    return tree("metadata", tree("name", key.name(), "labels", labels));
  }

  private static Map<String, Object> node(int number) {
    List<Object> addresses =
        List.of(
            tree("type", "InternalIP", "address", "172.31.0." + number),
            tree("type", "InternalIP", "address", "fd00:31::" + number),
            tree("type", "Hostname", "address", "node-" + number));
    return tree(
        "metadata", tree("name", "node-" + number),
        "spec",
            tree("podCIDRs", List.of("10.0." + number + ".0/24", "fd00:10:0:" + number + "::/64")),
        "status", tree("addresses", addresses));
  }

  /** The place of a pod follows from its number, so that no two ever share an address. */
  private Map<String, Object> pod(int number) {
    int node = 1 + number % 2;
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put("app", choices.any(Words.APPS));
    if (choices.oneIn(2)) {
      labels.put("role", choices.any(Words.ROLES));
    }
    if (choices.oneIn(4)) {
      labels.put("pod-template-hash", "h" + choices.below(3));
    }
    List<Object> ips = new ArrayList<>();
    int families = choices.below(4);
    if (families != 3) {
      ips.add(tree("ip", "10.0." + node + "." + (10 + number)));
    }
    if (families >= 2) {
      ips.add(tree("ip", "fd00:10:0:" + node + "::" + (10 + number)));
    }
    Map<String, Object> annotations =
        choices.oneIn(3) ? tree("sluice.dev/policy-audit-mode", "Enabled") : null;
    return tree(
        "metadata", tree("labels", labels, "annotations", annotations),
        "spec",
            tree(
                "nodeName", "node-" + node,
                "serviceAccountName", choices.any(null, "robot"),
                "containers", List.of(tree("name", "c", "ports", ports()))),
        "status", tree("phase", "Running", "podIPs", ips));
  }

  private List<Object> ports() {
    List<Object> ports = new ArrayList<>();
    for (String name : choices.some(Words.PORT_NAMES, 0, 2)) {
      ports.add(
          tree(
              "name",
              name,
              "containerPort",
              (long) choices.any(Words.PORTS),
              "protocol",
              choices.any(null, "TCP", "UDP")));
    }
    return ports;
  }

  private Map<String, Object> service(ObjectKey key) {
    Map<String, Object> selector =
        key.name().equals("far") ? null : tree("app", key.name(), "role", role());
    return tree(
        "metadata", tree("name", key.name(), "labels", tree("tier", choices.any(Words.ROLES))),
        "spec",
            tree(
                "selector",
                selector,
                "ports",
                List.of(tree("port", 80L, "targetPort", 8080L, "protocol", "TCP"))));
  }

  private String role() {
    return choices.oneIn(3) ? choices.any(Words.ROLES) : null;
  }

  /** Of the one Service without a selector, or of the API server. */
  private Map<String, Object> slice(ObjectKey key) {
    boolean six = key.name().endsWith("6");
    boolean apiServer = key.namespace().equals("default");
    List<String> four =
        apiServer
            ? List.of("172.31.0.1", "203.0.113.1", "8.8.8.8")
            : List.of("203.0.113.2", "203.0.113.5", "198.51.100.9", "10.0.1.10");
    List<String> from = six ? List.of("2001:db8::1", "2001:db9::1") : four;
    return tree(
        "metadata", tree("labels", tree(SERVICE_NAME, apiServer ? "kubernetes" : "far")),
        "addressType", six ? "IPv6" : "IPv4",
        "endpoints", List.of(tree("addresses", choices.some(from, 1, apiServer ? 1 : 2))),
        "ports", List.of(tree("name", "", "port", 8080L, "protocol", "TCP")));
  }

  private Map<String, Object> settings() {
    String system = choices.oneIn(2) ? choices.any(Words.NAMESPACES) : null;
    List<Object> peers = new ArrayList<>();
    if (system != null) {
      for (String prefix : choices.some(Words.PREFIXES4, 0, 2)) {
        peers.add(tree("cidr", prefix, "port", choices.any(null, (long) choices.any(Words.PORTS))));
      }
    }
    return tree(
        "spec",
        tree(
            "policyEnforcementMode",
            choices.any("always", "default", "default", "always", "never"),
            "systemNamespace",
            system,
            "systemPeers",
            peers));
  }

  private Map<String, Object> group() {
    List<String> prefixes = new ArrayList<>(choices.some(Words.PREFIXES4, 1, 2));
    if (choices.oneIn(3)) {
      prefixes.add(choices.any(Words.PREFIXES6));
    }
    return tree(
        "metadata",
            tree(
                "labels",
                tree("site", choices.any(Words.TEAMS), "kind", choices.any(null, "front", "back"))),
        "spec", tree("externalCIDRs", prefixes));
  }
}
