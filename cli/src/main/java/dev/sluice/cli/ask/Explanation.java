package dev.sluice.cli.ask;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.Needed;
import dev.sluice.core.desired.RuleWords;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.RuleBook;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.policy.ClusterSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * Why policy says what it says about some traffic: for each side the rules that decided, or the
 * policies that switched default deny on and what they would have let through.
 */
record Explanation(Party from, Party to, Traffic traffic, Side egress, Side ingress) {
  /** How a side came to its verdict. */
  enum How {
    /** It is no pod. */
    NO_POD("is not a pod: no policy governs it"),
    /** No policy enforces the direction. */
    OPEN("no policy enforces this direction"),
    /** The node reaches its own pods whatever policies say. */
    NODE("a node may always reach its own pods"),
    RULES("decided by"),
    /** Rules let the connection begin, and none of them the request. */
    REQUEST("the connection may begin, and no rule allows the request; asked were"),
    DEFAULT_DENY("no rule allows it; default deny is on by");

    final String words;

    How(String words) {
      this.words = words;
    }
  }

  /**
   * A policy, or a rule of it, and where it is written.
   *
   * @param policy {@code kind/namespace/name}
   * @param path empty for the policy as a whole
   */
  record Source(String policy, String path, OfflineWorld.Place place) {
    @Override
    public String toString() {
      String[] parts = policy.split("/", 3);
      String name = (parts[1].isEmpty() ? "" : parts[1] + "/") + parts[2];
      return parts[0] + " " + name + (path.isEmpty() ? "" : " " + path) + " (" + place + ")";
    }
  }

  /**
   * What a rule would have let through.
   *
   * @param peer whom, in words
   * @param port on which ports
   * @param peerMatches whether the other side is one of them
   * @param portMatches whether the port is one of them
   */
  record Nearest(
      String peer, String port, boolean peerMatches, boolean portMatches, List<Source> rules) {}

  /**
   * One direction.
   *
   * @param sources the rules that decided, or the policies that switched default deny on
   * @param needed for a default-deny drop: what would have been allowed, the nearest first
   */
  record Side(boolean allow, How how, List<Source> sources, List<Nearest> needed) {}

  /** What denies by default where no policy does. */
  private static final List<String> MODE =
      List.of(ClusterSettings.KEY + "#spec.policyEnforcementMode");

  boolean allow() {
    return egress.allow && ingress.allow;
  }

  /** What the policies' words say of a request, whether or not nodes can look into it yet. */
  static Explanation of(
      OfflineWorld world, OracleEngine language, Party from, Party to, Traffic traffic) {
    return new Explanation(
        from,
        to,
        traffic,
        side(world, language, Direction.EGRESS, from, to, traffic),
        side(world, language, Direction.INGRESS, to, from, traffic));
  }

  private static Side side(
      OfflineWorld world,
      OracleEngine language,
      Direction direction,
      Party subject,
      Party peer,
      Traffic traffic) {
    if (!subject.isPod()) {
      return new Side(true, How.NO_POD, List.of(), List.of());
    }
    Answer.Side said = language.side(direction, subject, peer, traffic);
    boolean passes = said.passes();
    return switch (said.why()) {
      case NOT_ENFORCED -> new Side(passes, How.OPEN, List.of(), List.of());
      case OWN_NODE -> new Side(passes, How.NODE, List.of(), List.of());
      case RULE -> new Side(passes, How.RULES, sources(world, said.rules()), List.of());
      case REQUEST -> new Side(passes, How.REQUEST, sources(world, said.rules()), List.of());
      case DEFAULT_DENY -> {
        int identity =
            peer.isPod()
                ? peer.pod().identity()
                : world.identity(peer.addresses().getFirst(), subject.pod());
        yield new Side(
            passes,
            How.DEFAULT_DENY,
            sources(world, said.enforcedBy()),
            needed(world, direction, subject, identity, traffic));
      }
    };
  }

  /** What nodes do with it. */
  static Explanation of(OfflineWorld world, Party from, Party to, Traffic traffic) {
    return new Explanation(
        from,
        to,
        traffic,
        side(world, Direction.EGRESS, from, to, traffic),
        side(world, Direction.INGRESS, to, from, traffic));
  }

  private static Side side(
      OfflineWorld world, Direction direction, Party subject, Party peer, Traffic traffic) {
    if (!subject.isPod()) {
      return new Side(true, How.NO_POD, List.of(), List.of());
    }
    CompiledEngine engine = new CompiledEngine(world);
    List<Integer> identities = new ArrayList<>();
    if (peer.isPod()) {
      identities.add(peer.pod().identity());
    } else {
      for (IpAddress address : peer.addresses()) {
        identities.add(world.identity(address, subject.pod()));
      }
    }
    List<CompiledEngine.Ruling> rulings =
        identities.stream()
            .map(identity -> engine.ruling(direction, subject, identity, traffic))
            .toList();
    CompiledEngine.Ruling decisive =
        rulings.stream().filter(one -> !one.allow()).findFirst().orElse(rulings.getFirst());
    return side(world, direction, subject, decisive, traffic);
  }

  private static Side side(
      OfflineWorld world,
      Direction direction,
      Party subject,
      CompiledEngine.Ruling ruling,
      Traffic traffic) {
    RuleBook.Reason reason = ruling.reason().orElse(RuleBook.Reason.NONE);
    if (!reason.origins().isEmpty()) {
      return new Side(ruling.allow(), How.RULES, sources(world, reason.origins()), List.of());
    }
    if (!ruling.allow()) {
      return new Side(
          false,
          How.DEFAULT_DENY,
          sources(world, reason.enforcedBy().isEmpty() ? MODE : reason.enforcedBy()),
          needed(world, direction, subject, ruling.peer(), traffic));
    }
    boolean node =
        direction == Direction.INGRESS && ruling.peer() == ReservedIdentity.HOST.number();
    return new Side(true, node ? How.NODE : How.OPEN, List.of(), List.of());
  }

  private static List<Source> sources(OfflineWorld world, List<String> origins) {
    return origins.stream().map(origin -> source(world, origin)).toList();
  }

  private static Source source(OfflineWorld world, String origin) {
    String[] parts = origin.split("#", 2);
    String path = parts.length > 1 ? parts[1] : "";
    return new Source(parts[0], path, world.place(ObjectKey.parse(parts[0]), path));
  }

  private static List<Nearest> needed(
      OfflineWorld world, Direction direction, Party subject, int peer, Traffic traffic) {
    int self = subject.pod().identity();
    DesiredRecord.SubjectPolicy policy = world.subject(self).orElseThrow();
    boolean ingress = direction == Direction.INGRESS;
    return Needed.of(
            ingress ? policy.ingress() : policy.egress(),
            world.selecting(peer)::contains,
            world.namedPorts(ingress ? self : peer),
            false,
            traffic.number(),
            traffic.port())
        .stream()
        .map(one -> needed(world, one))
        .toList();
  }

  private static Nearest needed(OfflineWorld world, Needed one) {
    CompiledRule rule = one.rule();
    return new Nearest(
        rule.selector().isEmpty() ? "anybody" : RuleWords.selector(world.selector(rule.selector())),
        RuleWords.ports(rule),
        one.peerMatches(),
        one.portMatches(),
        sources(world, rule.origins()));
  }
}
