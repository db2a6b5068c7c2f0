package dev.sluice.core.proof;

import static dev.sluice.core.proof.Trees.times;
import static dev.sluice.core.proof.Trees.tree;

import java.util.List;
import java.util.Map;

/** Entries of {@code toPorts} that ask for more than a port: rules of layer 7, and TLS names. */
final class L7Trees {
  private L7Trees() {}

  /**
   * @param egress whether questions to DNS can be meant
   */
  static Object entry(Choices choices, boolean egress) {
    return switch (choices.below(egress ? 4 : 3)) {
      case 0 -> onTcp(choices, tree("http", times(2, () -> http(choices))));
      case 1 ->
          tree(
              "ports",
              List.of(tcp(choices)),
              "serverNames",
              List.of(choices.any("a.org", "*.b.org")));
      case 2 -> onTcp(choices, tree("kafka", times(2, () -> kafka(choices))));
      default ->
          tree(
              "ports",
              List.of(tree("port", "53", "protocol", choices.any("UDP", "ANY", "TCP"))),
              "rules",
              tree("dns", List.of(PortTrees.name(choices))));
    };
  }

  private static Object onTcp(Choices choices, Map<String, Object> rules) {
    return tree("ports", List.of(tcp(choices)), "rules", rules);
  }

  private static Object tcp(Choices choices) {
    return tree("port", String.valueOf(choices.any(Words.PORTS)), "protocol", "TCP");
  }

  private static Object http(Choices choices) {
    boolean headers = choices.oneIn(3);
    return tree(
        "method", choices.any("GET", "GET|PUT", null),
        "path", choices.any("/x", "/x/.*", null),
        "host", choices.any(null, "a\\.org"),
        "headers", headers ? List.of(choices.any("X-A", "X-A: 1")) : null,
        "headerMatches", choices.oneIn(3) ? times(2, () -> header(choices)) : null);
  }

  private static Object header(Choices choices) {
    String mismatch = choices.any(null, "LOG", "ADD", "DELETE", "REPLACE");
    return tree("name", "X-B", "value", "2", "mismatch", mismatch);
  }

  private static Object kafka(Choices choices) {
    String role = choices.any(null, "produce", "consume");
    return tree(
        "role", role,
        "apiKey", role == null ? choices.any(null, "metadata", "fetch") : null,
        "apiVersion", choices.any(null, "5"),
        "clientID", choices.any(null, "billing"),
        "topic", choices.any(null, "orders"));
  }
}
