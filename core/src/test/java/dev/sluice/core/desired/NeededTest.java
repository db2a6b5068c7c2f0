package dev.sluice.core.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeededTest {
  private static final List<NamedPort> PORTS = List.of(new NamedPort("http", 8080, "TCP"));

  private static CompiledRule rule(String selector, int port, RuleVerdict verdict, String l7) {
    return new CompiledRule(selector, 6, port, port, verdict, 1, l7, List.of("p#" + port));
  }

  private static List<Needed> needed(int port, CompiledRule... rules) {
    DirectionPolicy policy = new DirectionPolicy(true, List.of("p"), List.of(rules));
    return Needed.of(policy, "frontend"::equals, PORTS, false, 6, port);
  }

  @Test
  void aRuleForThePeerIsNearerThanOneForThePort() {
    List<Needed> needed =
        needed(
            80,
            rule("other", 81, RuleVerdict.ALLOW, ""),
            rule("other", 80, RuleVerdict.ALLOW, ""),
            rule("frontend", 81, RuleVerdict.ALLOW, ""),
            rule("frontend", 80, RuleVerdict.DENY, ""));
    assertEquals(
        List.of("p#81", "p#80", "p#81"),
        needed.stream().map(one -> one.rule().origins().getFirst()).toList());
    assertTrue(needed.getFirst().peerMatches());
    assertFalse(needed.getFirst().portMatches());
  }

  @Test
  void aNamedPortIsWhatTheDestinationCallsSo() {
    CompiledRule named =
        new CompiledRule("", 6, 1, 0, "http", RuleVerdict.ALLOW, 1, false, "", List.of("p#http"));
    assertTrue(needed(8080, named).getFirst().portMatches());
    assertFalse(needed(80, named).getFirst().portMatches());
    assertEquals("anybody on http/TCP", needed(80, named).getFirst().words(id -> id));
  }

  @Test
  void whatOnlyTellsLetsNothingThrough() {
    CompiledRule audited =
        new CompiledRule("", 6, 80, 80, "", RuleVerdict.ALLOW, 1, true, "", List.of("p#audited"));
    assertEquals(List.of(), needed(80, audited));
  }

  @Test
  void aRuleThatNobodyLooksIntoMatchesAndSaysSo() {
    Needed one = needed(80, rule("frontend", 80, RuleVerdict.REDIRECT, "http\nGET")).getFirst();
    assertTrue(one.matches());
    assertEquals(
        "app=frontend in shop on 80/TCP (http rules)",
        one.words(id -> "any:app=frontend,k8s:io.kubernetes.pod.namespace=shop"));
  }

  @Test
  void peersAreCalledByWhatTheirWritersKnow() {
    assertEquals(
        "app=a,tier=x in shop",
        RuleWords.labels(
            List.of(
                "k8s:app=a",
                "k8s:io.cilium.k8s.policy.cluster=default",
                "k8s:io.kubernetes.pod.namespace=shop",
                "k8s:tier=x")));
    assertEquals(
        "203.0.113.0/24",
        RuleWords.labels(List.of("cidr:0.0.0.0/0", "cidr:203.0.113.0/24=", "reserved:world")));
    assertEquals(
        "2001:db8::/32", RuleWords.labels(List.of("cidr:2001-db8--0/32", "reserved:world")));
    assertEquals("remote-node", RuleWords.labels(List.of("reserved:remote-node")));
    assertEquals("an unknown peer", RuleWords.labels(List.of()));
  }
}
