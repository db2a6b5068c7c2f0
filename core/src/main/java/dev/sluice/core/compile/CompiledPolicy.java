package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.policy.Entity;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.L7Text;
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
  private record Ports(int protocol, int first, int last, String name, L7Rules l7, String path) {}

  /** The peer part of a rule key. */
  private record PeerId(String selector, String path) {}

  static CompiledPolicy of(Policy policy, PeerSelectors selectors) {
    String text = policy.key().toString();
    TreeMap<String, LabelSelector> peers = new TreeMap<>();
    Builder builder = new Builder(policy, text, selectors, peers);
    List<PolicyPart> parts = new ArrayList<>();
    for (PolicyRule rule : policy.rules()) {
      parts.add(
          new PolicyPart(
              text,
              parts.size(),
              policy.audit(),
              rule.subject(),
              builder.side(rule.ingress(), true),
              builder.side(rule.egress(), false)));
    }
    return new CompiledPolicy(policy, text, List.copyOf(parts), peers);
  }

  /** Collects what one policy's rules use. */
  private record Builder(
      Policy policy, String text, PeerSelectors selectors, TreeMap<String, LabelSelector> used) {

    PolicyPart.Side side(PolicyRule.Direction direction, boolean ingress) {
      List<PolicyPart.Contribution> all = new ArrayList<>();
      for (TrafficRule rule : direction.rules()) {
        List<Ports> ports = ports(rule);
        for (PeerId peer : peers(rule)) {
          for (Ports port : ports) {
            String path = port.path.isEmpty() ? peer.path : port.path;
            PeerId bearer = ingress ? peer : bearer(peer, port);
            all.add(new PolicyPart.Contribution(key(rule, bearer, port), text + "#" + path));
          }
        }
      }
      return new PolicyPart.Side(direction.defaultDeny(), List.copyOf(all));
    }

    /** Only pods have ports with names, so whoever the peer is, it is a pod. */
    private PeerId bearer(PeerId peer, Ports port) {
      return peer.selector.equals(ANYONE) && !port.name.isEmpty()
          ? use(PeerSelectors.PODS, peer.path)
          : peer;
    }

    private RuleKey key(TrafficRule rule, PeerId peer, Ports ports) {
      return new RuleKey(
          peer.selector,
          ports.protocol,
          ports.first,
          ports.last,
          ports.name,
          verdict(rule.action(), ports.l7),
          Precedence.of(rule.tier(), rule.priority()),
          policy.audit(),
          L7Text.of(ports.l7));
    }

    private List<PeerId> peers(TrafficRule rule) {
      return switch (rule.peers()) {
        case TrafficRule.Peers.Any any -> List.of(new PeerId(ANYONE, rule.path()));
        case TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> members) ->
            members.stream().flatMap(member -> peers(member).stream()).toList();
      };
    }

    private List<PeerId> peers(TrafficRule.Peer peer) {
      if (peer instanceof TrafficRule.Peer.Named(String path, Entity entity)
          && entity == Entity.ALL) {
        return List.of(new PeerId(ANYONE, path));
      }
      return selectors.of(peer).stream().map(selector -> use(selector, peer.path())).toList();
    }

    private PeerId use(LabelSelector selector, String path) {
      used.put(selector.id(), selector);
      return new PeerId(selector.id(), path);
    }
  }

  private static DesiredRecord.RuleVerdict verdict(TrafficRule.Action action, L7Rules l7) {
    return switch (action) {
      case ALLOW ->
          l7.equals(L7Rules.NONE)
              ? DesiredRecord.RuleVerdict.ALLOW
              : DesiredRecord.RuleVerdict.REDIRECT;
      case DENY -> DesiredRecord.RuleVerdict.DENY;
      case PASS -> DesiredRecord.RuleVerdict.PASS;
    };
  }

  private static List<Ports> ports(TrafficRule rule) {
    if (rule.ports().isEmpty()) {
      return List.of(new Ports(ANY_PROTOCOL, 0, LAST_PORT, "", L7Rules.NONE, ""));
    }
    List<Ports> ports = new ArrayList<>();
    for (TrafficRule.PortRule port : rule.ports()) {
      for (int protocol : port.protocol().numbers()) {
        ports.add(
            switch (port.ports()) {
              case TrafficRule.Ports.Range(int first, int last) ->
                  new Ports(protocol, first, last, "", port.l7(), port.path());
              // An empty range: who does not know of names sees a rule without ports.
              case TrafficRule.Ports.Named(String name) ->
                  new Ports(protocol, 1, 0, name, port.l7(), port.path());
            });
      }
    }
    return ports;
  }
}
