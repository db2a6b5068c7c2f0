package dev.sluice.core.node;

import static dev.sluice.core.node.DesiredWorld.OPEN;
import static dev.sluice.core.node.DesiredWorld.allow;
import static dev.sluice.core.node.DesiredWorld.enforced;
import static dev.sluice.core.node.DesiredWorld.member;
import static dev.sluice.core.node.DesiredWorld.policy;
import static dev.sluice.core.node.DesiredWorld.put;
import static dev.sluice.core.node.DesiredWorld.remove;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.policy.PeerLabels;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of local subjects' entries when other things than their policies change. */
class LocalPoliciesTest {
  private static final int BACKEND = 300;
  private static final int FRONTEND = 301;

  private final NodeFold fold = NodeFold.empty("node-1");

  @BeforeEach
  void here() {
    fold.local(Set.of(BACKEND));
  }

  private void take(Change<DesiredRecord> change) {
    fold.apply(change);
    fold.plan();
    fold.realised();
  }

  /** Of the entries of one peer, the verdicts by {@code direction protocol/port}. */
  private TreeMap<String, Verdict> entries(int peer) {
    TreeMap<String, Verdict> entries = new TreeMap<>();
    for (KernelEntry entry : fold.wanted()) {
      if (entry instanceof PolicyEntry(KernelEntry.PolicyKey key, Verdict verdict, int p, int c)
          && key.peer() == peer) {
        entries.put(key.direction() + " " + key.protocol() + "/" + key.port(), verdict);
      }
    }
    return entries;
  }

  private static CompiledRule named(String selector) {
    return new CompiledRule(
        selector,
        6,
        1,
        0,
        "http",
        RuleVerdict.ALLOW,
        DesiredWorld.NORMAL,
        false,
        "",
        List.of("CiliumNetworkPolicy/shop/named#spec"));
  }

  private static DesiredRecord.IdentityPorts ports(int identity, int port) {
    return new DesiredRecord.IdentityPorts(identity, List.of(new NamedPort("http", port, "TCP")));
  }

  @Test
  void aNamedPortOfIngressFollowsTheSubject() {
    take(put(member("fe", FRONTEND)));
    take(put(policy(BACKEND, enforced(named("fe")), OPEN)));
    assertEquals(Set.of(), entries(FRONTEND).keySet());
    take(put(ports(BACKEND, 8080)));
    assertEquals(Set.of("INGRESS 6/8080"), entries(FRONTEND).keySet());
    take(put(ports(BACKEND, 9090)));
    assertEquals(Set.of("INGRESS 6/9090"), entries(FRONTEND).keySet());
    take(remove(ports(BACKEND, 9090)));
    assertEquals(Set.of(), entries(FRONTEND).keySet());
  }

  @Test
  void aNamedPortOfEgressFollowsThePeer() {
    take(put(member("fe", FRONTEND)));
    take(put(policy(BACKEND, OPEN, enforced(named("fe")))));
    take(put(ports(FRONTEND, 8080)));
    assertEquals(Set.of("EGRESS 6/8080"), entries(FRONTEND).keySet());
    take(put(ports(FRONTEND, 9090)));
    assertEquals(Set.of("EGRESS 6/9090"), entries(FRONTEND).keySet());
    take(remove(ports(FRONTEND, 9090)));
    assertEquals(Set.of(), entries(FRONTEND).keySet());
  }

  /** The same policy, for pods that are under audit from now on. */
  @Test
  void auditGoesOnAndOff() {
    SubjectPolicy plain = policy(BACKEND, enforced(allow("", 6, 80, 80)), OPEN);
    LabelSet labels =
        LabelSet.of(List.of(plain.labels().labels().iterator().next(), PeerLabels.AUDIT));
    SubjectPolicy audited =
        new SubjectPolicy(BACKEND, labels, 1, "", plain.ingress(), plain.egress());
    take(put(plain));
    assertEquals(Verdict.DEFAULT_DENY, entries(0).get("INGRESS 0/0"));
    take(put(audited));
    assertEquals(Verdict.AUDIT, entries(0).get("INGRESS 0/0"));
    assertEquals(Verdict.ALLOW, entries(0).get("EGRESS 0/0"));
    take(put(plain));
    assertEquals(Verdict.DEFAULT_DENY, entries(0).get("INGRESS 0/0"));
    assertEquals(Verdict.ALLOW, entries(0).get("EGRESS 0/0"));
  }

  /** Thousands of versions later, what the first one said has been forgotten. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void reasonsThatNoEntryHasAreForgotten(boolean moves) {
    take(put(policy(BACKEND, enforced(rule(0, 80)), OPEN)));
    int first =
        fold.wanted().stream()
            .map(PolicyEntry.class::cast)
            .filter(entry -> entry.key().port() == 80)
            .findFirst()
            .orElseThrow()
            .cookie();
    assertTrue(fold.rules().find(first).isPresent());
    for (int i = 1; i < 6_000; i++) {
      take(put(policy(BACKEND, enforced(rule(i, moves ? 80 + i : 80)), OPEN)));
    }
    assertFalse(fold.rules().find(first).isPresent());
  }

  private static CompiledRule rule(int number, int port) {
    return new CompiledRule(
        "", 6, port, port, RuleVerdict.ALLOW, DesiredWorld.NORMAL, "", List.of("p/" + number));
  }

  @Test
  void whoHasNoPolicyMayAskNothing() {
    assertEquals(QuestionRules.NONE, fold.questions(BACKEND, FRONTEND, 17, 53));
    assertEquals(Optional.empty(), fold.subject(BACKEND));
    SubjectPolicy open = policy(BACKEND, OPEN, OPEN);
    take(put(open));
    assertTrue(fold.questions(BACKEND, FRONTEND, 17, 53).every());
    assertEquals(Optional.of(open), fold.subject(BACKEND));
  }

  @Test
  void aPeerHasWhatDiffersFromAnyPeer() {
    take(put(member("fe", FRONTEND)));
    take(
        put(
            policy(
                BACKEND,
                enforced(allow("", 6, 80, 80), allow("fe", 6, 80, 80), allow("fe", 6, 8080, 8080)),
                OPEN)));
    // On 80 another rule allows it, and is named.
    assertEquals(Set.of("INGRESS 6/80", "INGRESS 6/8080"), entries(FRONTEND).keySet());
    take(put(policy(BACKEND, enforced(allow("", 6, 80, 80), allow("fe", 6, 8080, 8080)), OPEN)));
    assertEquals(Set.of("INGRESS 6/8080"), entries(FRONTEND).keySet());
  }

  @Test
  void aWholeProtocolHasItsExceptions() {
    take(put(member("fe", FRONTEND)));
    take(
        put(
            policy(
                BACKEND,
                enforced(allow("fe", 6, 0, 65535), DesiredWorld.deny("fe", 6, 22, 22)),
                OPEN)));
    assertEquals(
        new TreeMap<>(java.util.Map.of("INGRESS 6/0", Verdict.ALLOW, "INGRESS 6/22", Verdict.DENY)),
        entries(FRONTEND));
  }

  @Test
  void anotherVersionOfAPeersRulesReplacesTheFirst() {
    take(put(member("fe", FRONTEND)));
    take(put(policy(BACKEND, enforced(allow("fe", 6, 80, 80)), OPEN)));
    take(put(policy(BACKEND, enforced(allow("fe", 6, 81, 81)), OPEN)));
    assertEquals(Set.of("INGRESS 6/81"), entries(FRONTEND).keySet());
  }

  @Test
  void neighboursWithOneRulingAreOneEntry() {
    take(put(policy(BACKEND, enforced(rule(1, 80), rule(1, 81)), OPEN)));
    assertEquals(Set.of("EGRESS 0/0", "INGRESS 0/0", "INGRESS 6/80"), entries(0).keySet());
  }

  @Test
  void portsOfAnyProtocolAreThoseOfProtocolsThatHavePorts() {
    take(put(policy(BACKEND, enforced(allow("", 0, 53, 53), allow("", 1, 8, 8)), OPEN)));
    assertEquals(
        Set.of(
            "EGRESS 0/0",
            "INGRESS 0/0",
            "INGRESS 1/8",
            "INGRESS 6/53",
            "INGRESS 17/53",
            "INGRESS 132/53"),
        entries(0).keySet());
  }
}
