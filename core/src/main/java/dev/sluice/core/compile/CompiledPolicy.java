package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.policy.Entity;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A policy taken apart into selectors and rules between them; knows no identity.
 *
 * @param text {@code kind/namespace/name}
 * @param parts one for each rule of the policy
 * @param peers every selector that its rules use, by id
 */
record CompiledPolicy(
    Policy policy, String text, List<PolicyPart> parts, TreeMap<String, LabelSelector> peers) {
  private static final String ANYONE = "";
  private static final int ANY_PROTOCOL = 0;
  private static final int LAST_PORT = 65535;

  /** The port part of a rule key. */
  private record Ports(int protocol, int first, int last, String path) {}

  /** The peer part of a rule key. */
  private record PeerId(String selector, String path) {}

  static CompiledPolicy of(Policy policy) {
    String text = policy.key().toString();
    TreeMap<String, LabelSelector> peers = new TreeMap<>();
    List<PolicyPart> parts = new ArrayList<>();
    for (PolicyRule rule : policy.rules()) {
      parts.add(
          new PolicyPart(
              text,
              parts.size(),
              rule.subject(),
              side(text, rule.ingress(), peers),
              side(text, rule.egress(), peers)));
    }
    return new CompiledPolicy(policy, text, List.copyOf(parts), peers);
  }

  private static PolicyPart.Side side(
      String policy, PolicyRule.Direction direction, TreeMap<String, LabelSelector> used) {
    List<PolicyPart.Contribution> all = new ArrayList<>();
    for (TrafficRule rule : direction.rules()) {
      List<Ports> ports = ports(rule);
      for (PeerId peer : peers(rule, used)) {
        for (Ports port : ports) {
          String path = port.path.isEmpty() ? peer.path : port.path;
          all.add(new PolicyPart.Contribution(key(rule, peer, port), policy + "#" + path));
        }
      }
    }
    return new PolicyPart.Side(direction.defaultDeny(), List.copyOf(all));
  }

  private static RuleKey key(TrafficRule rule, PeerId peer, Ports ports) {
    return new RuleKey(
        peer.selector,
        ports.protocol,
        ports.first,
        ports.last,
        switch (rule.action()) {
          case ALLOW -> DesiredRecord.RuleVerdict.ALLOW;
          case DENY -> DesiredRecord.RuleVerdict.DENY;
          case PASS -> DesiredRecord.RuleVerdict.PASS;
        },
        RuleKey.precedence(rule.tier(), rule.priority()),
        "");
  }

  private static List<Ports> ports(TrafficRule rule) {
    if (rule.ports().isEmpty()) {
      return List.of(new Ports(ANY_PROTOCOL, 0, LAST_PORT, ""));
    }
    List<Ports> ports = new ArrayList<>();
    for (TrafficRule.PortRule port : rule.ports()) {
      TrafficRule.Ports.Range range = range(port);
      for (int protocol : port.protocol().numbers()) {
        ports.add(new Ports(protocol, range.first(), range.last(), port.path()));
      }
    }
    return ports;
  }

  private static TrafficRule.Ports.Range range(TrafficRule.PortRule port) {
    return switch (port.ports()) {
      case TrafficRule.Ports.Range range -> range;
      case TrafficRule.Ports.Named named -> throw unread(named);
    };
  }

  private static IllegalStateException unread(Record part) {
    return new IllegalStateException("no reader gives " + part);
  }

  private static List<PeerId> peers(TrafficRule rule, TreeMap<String, LabelSelector> used) {
    return switch (rule.peers()) {
      case TrafficRule.Peers.Any any -> List.of(new PeerId(ANYONE, rule.path()));
      case TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> members) -> {
        List<PeerId> ids = new ArrayList<>();
        for (TrafficRule.Peer peer : members) {
          switch (peer) {
            case TrafficRule.Peer.Endpoints one -> ids.add(use(one.selector(), one.path(), used));
            case TrafficRule.Peer.Named(String path, Entity entity) -> {
              if (entity == Entity.ALL) {
                ids.add(new PeerId(ANYONE, path));
              }
              entity.selectors().forEach(selector -> ids.add(use(selector, path, used)));
            }
            case TrafficRule.Peer.Cidr one -> throw unread(one);
            case TrafficRule.Peer.CidrGroup one -> throw unread(one);
            case TrafficRule.Peer.CidrGroups one -> throw unread(one);
            case TrafficRule.Peer.Fqdn one -> throw unread(one);
            case TrafficRule.Peer.Service one -> throw unread(one);
            case TrafficRule.Peer.Services one -> throw unread(one);
          }
        }
        yield ids;
      }
    };
  }

  private static PeerId use(
      LabelSelector selector, String path, TreeMap<String, LabelSelector> used) {
    used.put(selector.id(), selector);
    return new PeerId(selector.id(), path);
  }
}
