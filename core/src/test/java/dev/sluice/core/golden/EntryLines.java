package dev.sluice.core.golden;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.NodeFold;
import dev.sluice.core.node.RuleBook;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** Entries of a node's maps as lines; peers with the same entry share one. */
final class EntryLines {
  private static final int PORT_BITS = 16;
  private static final Comparator<PolicyEntry> ORDER =
      Comparator.comparing((PolicyEntry entry) -> entry.key().direction())
          .thenComparingInt(entry -> entry.key().protocol())
          .thenComparingInt(entry -> entry.key().port())
          .thenComparingInt(entry -> entry.key().portBits());

  private final NodeFold node;
  private final Names names;
  private final Function<List<String>, String> origins;

  private EntryLines(NodeFold node, Names names, Function<List<String>, String> origins) {
    this.node = node;
    this.names = names;
    this.origins = origins;
  }

  /**
   * @param node is taught what DNS has said
   */
  static EntryLines of(
      NodeFold node,
      List<Change<DesiredRecord>> desired,
      Names names,
      Function<List<String>, String> origins) {
    Answers.teach(node, desired, names);
    return new EntryLines(node, names, origins);
  }

  /** Whether no policy has a say about a subject. */
  boolean isOpen(int subject) {
    return node.wanted().stream()
        .filter(PolicyEntry.class::isInstance)
        .map(PolicyEntry.class::cast)
        .filter(entry -> entry.key().subject() == subject)
        .allMatch(entry -> entry.cookie() == 0);
  }

  /** The policy entries of a subject. */
  String policy(int subject) {
    Map<String, TreeSet<String>> peers = new LinkedHashMap<>();
    node.wanted().stream()
        .filter(PolicyEntry.class::isInstance)
        .map(PolicyEntry.class::cast)
        .filter(entry -> entry.key().subject() == subject)
        .sorted(ORDER.thenComparing(entry -> says(entry.key(), entry)))
        .forEach(
            entry ->
                peers
                    .computeIfAbsent(says(entry.key(), entry), unused -> new TreeSet<>())
                    .add(names.of(entry.key().peer())));
    StringBuilder lines = new StringBuilder();
    peers.forEach(
        (says, who) -> {
          lines.append("  ").append(says).append('\n');
          who.forEach(one -> lines.append("    ").append(one).append('\n'));
        });
    return lines.toString();
  }

  private String says(PolicyKey key, PolicyEntry entry) {
    RuleBook.Reason reason = node.rules().find(entry.cookie()).orElse(RuleBook.Reason.NONE);
    List<String> by = reason.origins().isEmpty() ? reason.enforcedBy() : reason.origins();
    return key.direction().name().toLowerCase(Locale.ROOT)
        + " "
        + ports(key)
        + protocol(key.protocol())
        + " "
        + entry.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (entry.proxyPort() == 0 ? "" : " through proxy " + entry.proxyPort())
        + (by.isEmpty() ? "" : " by " + origins.apply(by));
  }

  private static String ports(PolicyKey key) {
    if (key.portBits() == 0) {
      return key.protocol() == 0 ? "" : "any/";
    }
    int last = key.port() + (1 << PORT_BITS - key.portBits()) - 1;
    return (last == key.port() ? "" + last : key.port() + "-" + last) + "/";
  }

  /** Where addresses are that are neither pods' nor plain nodes'. */
  TreeSet<String> addresses() {
    TreeSet<String> lines = new TreeSet<>();
    node.wanted().stream()
        .filter(AddressEntry.class::isInstance)
        .map(AddressEntry.class::cast)
        .filter(entry -> !IdentityScope.PODS.has(entry.identity()))
        .filter(entry -> IdentityScope.RESERVED != IdentityScope.of(entry.identity()))
        .forEach(entry -> lines.add(entry.key().prefix() + " " + names.of(entry.identity())));
    return lines;
  }

  /** The word for a protocol's number. */
  static String protocol(int number) {
    return switch (number) {
      case 0 -> "any";
      case 1 -> "ICMP";
      case 6 -> "TCP";
      case 17 -> "UDP";
      case 58 -> "ICMPv6";
      case 132 -> "SCTP";
      default -> String.valueOf(number);
    };
  }
}
