package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.times;
import static dev.sluice.core.proof.Trees.tree;

import java.util.List;
import java.util.Map;

/** Bodies of NetworkPolicy and ClusterNetworkPolicy. */
final class KubernetesPolicyTrees {
  private final Choices choices;

  KubernetesPolicyTrees(Choices choices) {
    this.choices = choices;
  }

  /** {@code spec} of a NetworkPolicy. */
  Map<String, Object> networkPolicy() {
    return tree(
        "podSelector",
        SelectorTrees.pods(choices),
        "policyTypes",
        types(),
        "ingress",
        choices.oneIn(4) ? null : times(choices.any(1, 2, 0), () -> rule("from")),
        "egress",
        choices.oneIn(2) ? times(choices.any(1, 2, 0), () -> rule("to")) : null);
  }

  private List<String> types() {
    return switch (choices.below(5)) {
      case 1 -> List.of("Ingress");
      case 2 -> List.of("Egress");
      case 3 -> List.of("Ingress", "Egress");
      default -> null;
    };
  }

  private Map<String, Object> rule(String peers) {
    return tree(
        peers,
        choices.oneIn(5) ? null : times(choices.any(1, 2, 0), this::peer),
        "ports",
        choices.oneIn(2) ? times(choices.any(1, 2, 0), this::port) : null);
  }

  private Map<String, Object> peer() {
    return switch (choices.below(6)) {
      case 0, 1 -> tree("podSelector", SelectorTrees.pods(choices));
      case 2 -> tree("namespaceSelector", SelectorTrees.namespaces(choices));
      case 3 ->
          tree(
              "podSelector", SelectorTrees.pods(choices),
              "namespaceSelector", SelectorTrees.namespaces(choices));
      default -> {
        String prefix = choices.any(choices.oneIn(4) ? Words.PREFIXES6 : Words.PREFIXES4);
        yield tree(
            "ipBlock", tree("cidr", prefix, "except", CiliumPolicyTrees.except(choices, prefix)));
      }
    };
  }

  private Map<String, Object> port() {
    String protocol = choices.any(null, "TCP", "UDP", "SCTP");
    return switch (choices.below(5)) {
      case 1 -> tree("protocol", protocol);
      case 2 -> tree("port", choices.any(Words.PORT_NAMES), "protocol", protocol);
      case 3 -> tree("port", 80L, "endPort", choices.any(81L, 8100L), "protocol", protocol);
      default -> tree("port", (long) choices.any(Words.PORTS), "protocol", protocol);
    };
  }

  /** {@code spec} of a ClusterNetworkPolicy. */
  Map<String, Object> clusterNetworkPolicy() {
    boolean egress = choices.oneIn(2);
    return tree(
        "tier", choices.any("Admin", "Baseline"),
        "priority", choices.any(0L, 1L, 2L, 1000L),
        "subject", podsOrNamespaces(),
        "ingress",
            egress && choices.oneIn(2) ? null : times(choices.any(1, 2, 3), () -> tiered("from")),
        "egress", egress ? times(choices.any(1, 2, 3), () -> tiered("to")) : null);
  }

  private Map<String, Object> podsOrNamespaces() {
    return choices.oneIn(2)
        ? tree("namespaces", SelectorTrees.namespaces(choices))
        : tree(
            "pods",
            tree(
                "namespaceSelector", SelectorTrees.namespaces(choices),
                "podSelector", SelectorTrees.pods(choices)));
  }

  private Map<String, Object> tiered(String peers) {
    boolean networks = peers.equals("to") && choices.oneIn(3);
    boolean names = peers.equals("to") && choices.oneIn(9);
    boolean nodes = peers.equals("to") && choices.oneIn(5);
    String action = names ? "Accept" : choices.any("Accept", "Deny", "Pass");
    Map<String, Object> peer =
        names
            ? tree("domainNames", List.of(choices.any("*.stripe.com", "stripe.com")))
            : networks
                ? tree(
                    "networks", choices.some(choices.any(Words.PREFIXES4, Words.PREFIXES6), 1, 2))
                : nodes ? tree("nodes", tree()) : podsOrNamespaces();
    return tree(
        "name",
        choices.any(null, "a rule"),
        "action",
        action,
        peers,
        List.of(peer),
        "protocols",
        choices.oneIn(2)
            ? times(choices.any(1, 2), () -> protocol(networks || names || nodes))
            : null);
  }

  private Map<String, Object> protocol(boolean numbersOnly) {
    if (!numbersOnly && choices.oneIn(4)) {
      return tree("destinationNamedPort", choices.any(Words.PORT_NAMES));
    }
    Map<String, Object> port =
        choices.oneIn(3)
            ? tree("range", tree("start", 80L, "end", choices.any(81L, 8100L)))
            : tree("number", (long) choices.any(Words.PORTS));
    return tree(choices.any("tcp", "udp", "sctp"), tree("destinationPort", port));
  }
}
