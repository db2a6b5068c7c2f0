package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.times;
import static dev.sluice.core.proof.Trees.tree;

import java.util.List;
import java.util.Map;

/** Ports and types as Cilium writes them. */
final class PortTrees {
  private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "ANY", "SCTP", "");

  private PortTrees() {}

  /** {@code toPorts}, with rules of layer 7 where the form allows them. */
  static List<Object> toPorts(Choices choices, boolean deny, boolean egress) {
    return times(choices.oneIn(4) ? 2 : 1, () -> entry(choices, deny, egress));
  }

  private static Object entry(Choices choices, boolean deny, boolean egress) {
    if (deny || !choices.oneIn(5)) {
      return tree("ports", times(choices.oneIn(3) ? 2 : 1, () -> port(choices)));
    }
    return L7Trees.entry(choices, egress);
  }

  private static Object port(Choices choices) {
    String protocol = choices.oneIn(4) ? null : choices.any(PROTOCOLS);
    return switch (choices.below(8)) {
      case 5 -> tree("port", "80", "endPort", choices.any(81L, 82L, 8100L), "protocol", protocol);
      case 6 -> tree("port", choices.any(Words.PORT_NAMES), "protocol", protocol);
      case 7 -> tree("port", "0", "protocol", protocol);
      default -> tree("port", String.valueOf(choices.any(Words.PORTS)), "protocol", protocol);
    };
  }

  /** A name or a pattern of names. */
  static Map<String, Object> name(Choices choices) {
    return choices.oneIn(2)
        ? tree("matchPattern", choices.any(Words.PATTERNS))
        : tree("matchName", choices.any(Words.NAMES));
  }

  /** {@code icmps}. */
  static List<Object> icmps(Choices choices) {
    return List.of(tree("fields", times(choices.oneIn(3) ? 2 : 1, () -> field(choices))));
  }

  private static Object field(Choices choices) {
    String family = choices.any(null, "IPv4", "IPv6");
    boolean six = "IPv6".equals(family);
    Object type =
        switch (choices.below(4)) {
          case 1 -> choices.any(six ? Words.ICMPV6_NAMES : Words.ICMP_NAMES);
          case 2 -> (long) choices.below(256);
          default -> (long) choices.any(six ? Words.ICMPV6_TYPES : Words.ICMP_TYPES);
        };
    return tree("family", family, "type", type);
  }
}
