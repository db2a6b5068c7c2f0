package dev.sluice.core.oracle;

import dev.sluice.core.oracle.Answer.Close;
import dev.sluice.core.oracle.Answer.Near;
import dev.sluice.core.oracle.Answer.Side;
import dev.sluice.core.oracle.Answer.Verdict;
import dev.sluice.core.oracle.Answer.Why;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.policy.TrafficRule.Action;
import dev.sluice.core.policy.TrafficRule.Peers;
import dev.sluice.core.policy.TrafficRule.PortRule;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One direction of one flow, judged by a list of policies. The numbers are the order in which it is
 * asked; the first that has an answer gives it. One method a sentence.
 */
final class Ruling {
  enum Direction {
    INGRESS,
    EGRESS
  }

  /**
   * What is asked.
   *
   * @param subject the pod whose policies are asked
   * @param peer the other end
   * @param destination of the two the one that the flow goes to; null when that is no pod
   */
  record Case(
      Direction direction, Someone subject, Someone peer, World.Pod destination, Flow flow) {}

  /**
   * A rule that speaks of the flow.
   *
   * @param origin {@code kind/namespace/name#path}
   */
  private record Speaking(
      TrafficRule rule, String origin, L7Rules l7, Optional<World.Mechanism> mechanism) {
    static Speaking of(TrafficRule rule, String origin, L7Rules l7, Flow flow) {
      return new Speaking(rule, origin, l7, RequestSentences.mechanism(l7, flow.protocol()));
    }
  }

  private final World world;
  private final PeerSentences peers;
  private final PortSentences ports;

  Ruling(World world, Cast cast) {
    this.world = world;
    this.peers = new PeerSentences(world);
    this.ports = new PortSentences(world, cast);
  }

  Side judge(Case theCase, List<Policy> policies) {
    if (isNobodyAsked()) {
      return Side.OPEN;
    }
    if (isFromOwnNode(theCase)) {
      return Side.of(Verdict.ALLOW, Why.OWN_NODE, List.of());
    }
    List<String> closing = closedBy(theCase, policies);
    List<Speaking> speaking = speaking(theCase, policies);
    return tier(Tier.SYSTEM, speaking, theCase, true)
        .or(() -> tier(Tier.ADMIN, speaking, theCase, true))
        .or(() -> tier(Tier.NORMAL, speaking, theCase, !closing.isEmpty() || isAlways()))
        .or(() -> closed(closing, speaking, theCase, policies))
        .or(() -> tier(Tier.BASELINE, speaking, theCase, true))
        .or(() -> alwaysClosed(speaking, theCase, policies))
        .orElse(Side.OPEN);
  }

  /** 1. In mode never nothing is enforced. */
  private boolean isNobodyAsked() {
    return world.settings().enforcement() == EnforcementMode.NEVER;
  }

  /** 2. A node may always reach its own pods, whatever policies say. */
  private static boolean isFromOwnNode(Case theCase) {
    return theCase.direction == Direction.INGRESS && theCase.peer.kind() == Someone.Kind.HOST;
  }

  /**
   * 3 and 4, 6. What Sluice's own pods need (SYSTEM) comes before all that people write. Within a
   * tier the rules with the lowest priority number decide. Of these a deny beats everything; then
   * an allow that looks at nothing but peer and port; then those that look at what is said,
   * together; a pass leaves it to the next tier.
   *
   * @param closes whether what these do not allow would be denied; where it would not, what is said
   *     cannot matter, and the port is allowed
   */
  private Optional<Side> tier(Tier tier, List<Speaking> speaking, Case theCase, boolean closes) {
    List<Speaking> able =
        speaking.stream().filter(one -> one.rule.tier() == tier && isAble(one)).toList();
    int first = able.stream().mapToInt(one -> one.rule.priority()).min().orElse(0);
    List<Speaking> deciding = able.stream().filter(one -> one.rule.priority() == first).toList();
    List<String> denying = origins(deciding, Action.DENY);
    if (!denying.isEmpty()) {
      return Optional.of(Side.of(Verdict.DENY, Why.RULE, denying));
    }
    List<Speaking> looking = deciding.stream().filter(Ruling::looks).toList();
    List<String> allowing =
        origins(deciding.stream().filter(one -> !looks(one)).toList(), Action.ALLOW);
    if (!allowing.isEmpty()) {
      return Optional.of(Side.of(Verdict.ALLOW, Why.RULE, allowing));
    }
    if (looking.isEmpty()) {
      return Optional.empty();
    }
    return closes
        ? request(looking, theCase.flow)
        : Optional.of(Side.of(Verdict.ALLOW, Why.RULE, origins(looking, Action.ALLOW)));
  }

  private static Optional<Side> request(List<Speaking> looking, Flow flow) {
    if (flow.request() == null) {
      return Optional.of(Side.of(Verdict.REDIRECT, Why.RULE, origins(looking, Action.ALLOW)));
    }
    List<Speaking> allowing =
        looking.stream().filter(one -> RequestSentences.allows(one.l7, flow.request())).toList();
    return Optional.of(
        allowing.isEmpty()
            ? Side.of(Verdict.DENY, Why.REQUEST, origins(looking, Action.ALLOW))
            : Side.of(Verdict.ALLOW, Why.RULE, origins(allowing, Action.ALLOW)));
  }

  private static boolean looks(Speaking one) {
    return one.mechanism.isPresent();
  }

  /** 3a. A rule whose mechanism is not there allows nothing. */
  private boolean isAble(Speaking one) {
    return one.mechanism.map(world.settings().mechanisms()::contains).orElse(true);
  }

  /**
   * 5. If any policy for the pod closes the direction, what the tiers so far left open is denied.
   */
  private Optional<Side> closed(
      List<String> closing, List<Speaking> speaking, Case theCase, List<Policy> policies) {
    return closing.isEmpty()
        ? Optional.empty()
        : Optional.of(defaultDeny(closing, speaking, theCase, policies));
  }

  /** 7. In mode always what no tier allows is denied; the mode alone may be the reason. */
  private Optional<Side> alwaysClosed(
      List<Speaking> speaking, Case theCase, List<Policy> policies) {
    return isAlways()
        ? Optional.of(defaultDeny(List.of(), speaking, theCase, policies))
        : Optional.empty();
  }

  private boolean isAlways() {
    return world.settings().enforcement() == EnforcementMode.ALWAYS;
  }

  private Side defaultDeny(
      List<String> closing, List<Speaking> speaking, Case theCase, List<Policy> policies) {
    return new Side(
        Verdict.DENY,
        Why.DEFAULT_DENY,
        List.of(),
        closing,
        List.of(),
        FlowText.needed(theCase),
        near(speaking, theCase, policies));
  }

  private List<String> closedBy(Case theCase, List<Policy> policies) {
    return policies.stream()
        .filter(
            policy ->
                policy.rules().stream()
                    .filter(rule -> isFor(rule, theCase))
                    .anyMatch(rule -> direction(rule, theCase).defaultDeny()))
        .map(policy -> policy.key().toString())
        .sorted()
        .distinct()
        .toList();
  }

  /** A rule is for the pods that its selector selects. */
  private static boolean isFor(PolicyRule rule, Case theCase) {
    return rule.subject().matches(theCase.subject.labels());
  }

  private static PolicyRule.Direction direction(PolicyRule rule, Case theCase) {
    return theCase.direction == Direction.INGRESS ? rule.ingress() : rule.egress();
  }

  /** Rules of the direction that speak of this peer and this port. */
  private List<Speaking> speaking(Case theCase, List<Policy> policies) {
    List<Speaking> all = new ArrayList<>();
    forEach(
        policies,
        theCase,
        (policy, rule) -> {
          String prefix = policy.key() + "#";
          List<String> members = members(rule, theCase.peer);
          if (rule.ports().isEmpty()) {
            members.forEach(
                path -> all.add(Speaking.of(rule, prefix + path, L7Rules.NONE, theCase.flow)));
          } else if (!members.isEmpty()) {
            ports(rule, theCase)
                .forEach(
                    port ->
                        all.add(Speaking.of(rule, prefix + port.path(), port.l7(), theCase.flow)));
          }
        });
    return all;
  }

  /** The policies with a rule that speaks of the flow, sorted. */
  List<String> speakers(Case theCase, List<Policy> policies) {
    return speaking(theCase, policies).stream()
        .map(one -> one.origin.split("#", 2)[0])
        .sorted()
        .distinct()
        .toList();
  }

  private interface Visitor {
    void visit(Policy policy, TrafficRule rule);
  }

  private static void forEach(List<Policy> policies, Case theCase, Visitor visitor) {
    for (Policy policy : policies) {
      for (PolicyRule rule : policy.rules()) {
        if (isFor(rule, theCase)) {
          direction(rule, theCase).rules().forEach(one -> visitor.visit(policy, one));
        }
      }
    }
  }

  /** Paths of the members that mean the peer. */
  private List<String> members(TrafficRule rule, Someone who) {
    return switch (rule.peers()) {
      case Peers.Any unused -> List.of(rule.path());
      case Peers.AnyOf(List<TrafficRule.Peer> list) ->
          list.stream()
              .filter(peer -> peers.means(peer, who))
              .map(TrafficRule.Peer::path)
              .distinct()
              .toList();
    };
  }

  private Stream<PortRule> ports(TrafficRule rule, Case theCase) {
    Flow flow = theCase.flow;
    return rule.ports().stream()
        .filter(one -> ports.means(one, theCase.destination, flow.protocol(), flow.port()));
  }

  private static List<String> origins(List<Speaking> speaking, Action action) {
    return speaking.stream()
        .filter(one -> one.rule.action() == action)
        .map(Speaking::origin)
        .sorted()
        .distinct()
        .toList();
  }

  /** Rules that would have allowed the flow but for one thing. */
  private List<Near> near(List<Speaking> speaking, Case theCase, List<Policy> policies) {
    TreeSet<Near> near = new TreeSet<>(Near.ORDER);
    for (Speaking one : speaking) {
      if (one.rule.action() == Action.ALLOW && !isAble(one)) {
        near.add(new Near(one.origin, Close.MECHANISM));
      }
    }
    forEach(
        policies,
        theCase,
        (policy, rule) -> {
          if (rule.action() != Action.ALLOW) {
            return;
          }
          boolean peer = !members(rule, theCase.peer).isEmpty();
          boolean port = rule.ports().isEmpty() || ports(rule, theCase).findAny().isPresent();
          if (peer != port) {
            near.add(new Near(policy.key() + "#" + rule.path(), peer ? Close.PEER : Close.PORT));
          }
        });
    return List.copyOf(near);
  }
}
