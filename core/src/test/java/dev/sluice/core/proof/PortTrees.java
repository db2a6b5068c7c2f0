package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.times;
import static dev.sluice.core.proof.Trees.tree;

import java.util.List;
import java.util.Map;

/** Ports, types and what layer 7 has to say about them, as Cilium writes them. */
final class PortTrees {
  private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "ANY", "SCTP");

  private PortTrees() {}

  /** {@code toPorts}, with rules of layer 7 where the form allows them. */
  static List<Object> toPorts(Choices choices, boolean deny, boolean egress) {
    return times(choices.oneIn(4) ? 2 : 1, () -> entry(choices, deny, egress));
  }

  private static Object entry(Choices choices, boolean deny, boolean egress) {
    if (deny || !choices.oneIn(5)) {
      return tree("ports", times(choices.oneIn(3) ? 2 : 1, () -> port(choices)));
    }
    return switch (choices.below(egress ? 3 : 2)) {
      case 0 ->
          tree(
              "ports", List.of(tcp(choices)), "rules", tree("http", times(2, () -> http(choices))));
      case 1 ->
          tree(
              "ports",
              List.of(tcp(choices)),
              "serverNames",
              List.of(choices.any("a.org", "*.b.org")));
      default ->
          tree(
              "ports",
              List.of(tree("port", "53", "protocol", choices.any("UDP", "ANY", "TCP"))),
              "rules",
              tree("dns", List.of(name(choices))));
    };
  }

  private static Object tcp(Choices choices) {
    return tree("port", String.valueOf(choices.any(Words.PORTS)), "protocol", "TCP");
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

  private static Object http(Choices choices) {
    boolean headers = choices.oneIn(3);
    return tree(
        "method", choices.any("GET", "GET|PUT", null),
        "path", choices.any("/x", "/x/.*", null),
        "host", choices.any(null, "a\\.org"),
        "headers", headers ? List.of(choices.any("X-A", "X-A: 1")) : null,
        "headerMatches",
            choices.oneIn(4)
                ? List.of(tree("name", "X-B", "value", "2", "mismatch", choices.any(null, "LOG")))
                : null);
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
        choices.oneIn(3)
            ? (six ? "EchoRequest" : choices.any("EchoRequest", "EchoReply"))
            : (Object) (six ? choices.any(128L, 129L) : choices.any(8L, 0L, 13L));
    return tree("family", family, "type", type);
  }
}
