package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What was read, one line a fact, for goldens. */
final class PolicyText {
  private final List<String> lines = new ArrayList<>();

  private PolicyText() {}

  static String of(ParsedPolicy parsed) {
    PolicyText text = new PolicyText();
    switch (parsed) {
      case ParsedPolicy.Accepted(Policy policy, List<Finding> findings) -> {
        text.findings(findings);
        text.lines.add("policy " + policy.key() + (policy.audit() ? ", audit" : ""));
        policy.rules().forEach(text::rule);
      }
      case ParsedPolicy.Refused(List<Finding> findings) -> text.findings(findings);
    }
    return text.whole();
  }

  static String of(ParsedCidrGroup parsed) {
    PolicyText text = new PolicyText();
    switch (parsed) {
      case ParsedCidrGroup.Accepted(CidrGroup group, List<Finding> findings) -> {
        text.findings(findings);
        text.lines.add("group " + group.name());
        group.prefixes().forEach(prefix -> text.lines.add("  " + prefix));
        group.labels().labels().forEach(label -> text.lines.add("  " + label));
      }
      case ParsedCidrGroup.Refused(List<Finding> findings) -> text.findings(findings);
    }
    return text.whole();
  }

  private String whole() {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  private void findings(List<Finding> findings) {
    for (Finding one : findings) {
      lines.add(one.severity() + " " + one.code() + " " + one.path() + ": " + one.message());
    }
  }

  private void rule(PolicyRule rule) {
    lines.add(rule.path() + " for " + rule.subject());
    if (!rule.description().isEmpty()) {
      lines.add("  description " + rule.description());
    }
    rule.labels().forEach(label -> lines.add("  label " + label));
    if (!rule.log().isEmpty()) {
      lines.add("  log " + rule.log());
    }
    direction("ingress", rule.ingress());
    direction("egress", rule.egress());
  }

  private void direction(String name, PolicyRule.Direction direction) {
    lines.add(
        "  "
            + name
            + (direction.defaultDeny() ? ", default deny" : direction.isOpen() ? ", open" : ""));
    for (TrafficRule rule : direction.rules()) {
      lines.add(
          "    %s %s %d %s".formatted(rule.action(), rule.tier(), rule.priority(), rule.path()));
      switch (rule.peers()) {
        case TrafficRule.Peers.Any any -> lines.add("      anyone");
        case TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers) -> {
          if (peers.isEmpty()) {
            lines.add("      nobody");
          }
          peers.forEach(peer -> lines.add("      " + peer(peer)));
        }
      }
      for (TrafficRule.PortRule port : rule.ports()) {
        lines.add("      on " + port.protocol() + " " + ports(port) + l7(port.l7()));
      }
    }
  }

  private static String peer(TrafficRule.Peer peer) {
    return switch (peer) {
      case TrafficRule.Peer.Endpoints one -> "endpoints " + one.selector();
      case TrafficRule.Peer.Named one -> "entity " + one.entity().text();
      case TrafficRule.Peer.Cidr one ->
          "prefix " + one.prefix() + except(one.except()) + " " + one.reach();
      case TrafficRule.Peer.CidrGroup one -> "group " + one.group() + except(one.except());
      case TrafficRule.Peer.CidrGroups one -> "groups " + one.selector() + except(one.except());
      case TrafficRule.Peer.Fqdn one -> "name " + one.selector();
      case TrafficRule.Peer.Service one -> "service " + one.namespace() + "/" + one.name();
      case TrafficRule.Peer.Services one -> "services " + one.namespace() + "/" + one.selector();
    };
  }

  private static String except(List<?> prefixes) {
    return prefixes.isEmpty() ? "" : " except " + prefixes;
  }

  private static String ports(TrafficRule.PortRule port) {
    return switch (port.ports()) {
      case TrafficRule.Ports.Range(int first, int last) ->
          first == last ? String.valueOf(first) : first + "-" + last;
      case TrafficRule.Ports.Named(String name) -> name;
    };
  }

  private static String l7(L7Rules rules) {
    return switch (rules) {
      case L7Rules.None none -> "";
      case L7Rules.Http http -> " http " + http.rules();
      case L7Rules.Dns dns -> " dns " + dns.rules();
      case L7Rules.Kafka kafka -> " kafka " + kafka.rules();
      case L7Rules.ServerNames names -> " server names " + names.names();
    };
  }
}
