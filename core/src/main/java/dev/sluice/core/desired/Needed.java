package dev.sluice.core.desired;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A rule that lets something through, held against traffic that default deny drops.
 *
 * @param peerMatches whether it speaks of the peer
 * @param portMatches whether it speaks of the port
 */
public record Needed(CompiledRule rule, boolean peerMatches, boolean portMatches) {
  /** The peer counts more than the port: whoever wrote the rule thought of him. */
  private static final Comparator<Needed> NEAREST_FIRST =
      Comparator.comparingInt(one -> (one.peerMatches ? 0 : 2) + (one.portMatches ? 0 : 1));

  /**
   * The rules that let something through, the nearest first, those equally near in the rules'
   * order.
   *
   * @param selecting whether the selector with an id selects the peer
   * @param ports the named ports of the destination
   * @param audited whether rules that only tell count too
   */
  public static List<Needed> of(
      DirectionPolicy policy,
      Predicate<String> selecting,
      List<NamedPort> ports,
      boolean audited,
      int protocol,
      int port) {
    List<Needed> needed = new ArrayList<>();
    for (CompiledRule rule : policy.rules()) {
      boolean lets = rule.verdict() == RuleVerdict.ALLOW || rule.verdict() == RuleVerdict.REDIRECT;
      if (lets && (audited || !rule.audited())) {
        boolean peer = rule.selector().isEmpty() || selecting.test(rule.selector());
        needed.add(new Needed(rule, peer, speaksOf(rule, ports, protocol, port)));
      }
    }
    needed.sort(NEAREST_FIRST);
    return List.copyOf(needed);
  }

  private static boolean speaksOf(
      CompiledRule rule, List<NamedPort> ports, int protocol, int port) {
    if (rule.protocol() != 0 && rule.protocol() != protocol) {
      return false;
    }
    return rule.namesPort()
        ? ports.stream().anyMatch(one -> one.name().equals(rule.portName()) && one.port() == port)
        : rule.portFirst() <= port && port <= rule.portLast();
  }

  /**
   * Whether it speaks of the traffic and lets nothing through all the same: what it asks for is
   * looked into by nobody, or it only tells.
   */
  public boolean matches() {
    return peerMatches && portMatches;
  }

  /** {@code app=frontend in shop on 8080/TCP}; the words for a selector's id are given. */
  public String words(UnaryOperator<String> selectorText) {
    String peer =
        rule.selector().isEmpty()
            ? "anybody"
            : RuleWords.selector(selectorText.apply(rule.selector()));
    return peer + " on " + RuleWords.ports(rule) + layer7();
  }

  private String layer7() {
    int end = rule.redirect().indexOf('\n');
    return rule.redirect().isEmpty()
        ? ""
        : " (" + (end < 0 ? rule.redirect() : rule.redirect().substring(0, end)) + " rules)";
  }
}
