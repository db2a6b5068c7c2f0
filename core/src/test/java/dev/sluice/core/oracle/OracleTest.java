package dev.sluice.core.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.oracle.Answer.Close;
import dev.sluice.core.oracle.Answer.Near;
import dev.sluice.core.oracle.Answer.Verdict;
import dev.sluice.core.oracle.Answer.Why;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.core.policy.Entity;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.PortProtocol;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.policy.TrafficRule.Action;
import dev.sluice.core.policy.TrafficRule.Peer;
import dev.sluice.core.policy.TrafficRule.Peers;
import dev.sluice.core.policy.TrafficRule.PortRule;
import dev.sluice.core.policy.TrafficRule.Ports;
import dev.sluice.core.policy.TrafficRule.Reach;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sentences of the oracle, one by one, on a small shop. */
class OracleTest {
  private static final String P = "CiliumNetworkPolicy/shop/p";
  private static final LabelSelector DB =
      LabelSelector.of(Requirement.in("any", "app", List.of("db")));
  private static final LabelSelector WEB =
      LabelSelector.of(Requirement.in("any", "app", List.of("web")));
  private static final L7Rules GET =
      new L7Rules.Http(List.of(new L7Rules.HttpRule("GET", "/x/.*", "", List.of())));

  private final List<Policy> policies = new ArrayList<>();
  private World.Settings settings = World.Settings.DEFAULT;
  private boolean auditedPod;

  private Answer judge(String from, String to, int port) {
    return judge(from, to, 6, port, null);
  }

  private Answer judge(String from, String to, int protocol, int port, Request request) {
    World world =
        new World(
            settings,
            Map.of("shop", Map.of("team", "a")),
            List.of(
                pod("web", "10.0.1.10", false),
                pod("db", "10.0.1.11", auditedPod),
                pod("db2", "10.0.1.12", false)),
            List.of(node(1), node(2)),
            List.of(
                new World.Service(
                    "shop", "db", Map.of("tier", "data"), Map.of("app", "db"), List.of()),
                new World.Service("shop", "far", Map.of(), Map.of(), ips("203.0.113.9"))),
            List.of(
                new World.CidrGroup(
                    "office", Map.of("site", "a"), List.of(Prefix.parse("198.51.100.0/24")))),
            ips("203.0.113.1"),
            List.of(new World.Learnt("api.stripe.com", IpAddress.parse("203.0.113.5"))),
            policies);
    return Oracle.of(world).judge(new Flow(party(from), party(to), protocol, port, request));
  }

  private static World.Pod pod(String name, String address, boolean audit) {
    String app = name.replace("2", "");
    List<World.NamedPort> ports =
        name.equals("db2") ? List.of() : List.of(new World.NamedPort("sql", 5432, 6));
    return new World.Pod(
        "shop", name, Map.of("app", app), "default", "node-1", ips(address), ports, audit);
  }

  private static World.Node node(int number) {
    return new World.Node(
        "node-" + number,
        ips("172.31.0." + number, "10.0." + number + ".1"),
        List.of(Prefix.parse("10.0." + number + ".0/24")));
  }

  private static List<IpAddress> ips(String... texts) {
    return Arrays.stream(texts).map(IpAddress::parse).toList();
  }

  private static Flow.Party party(String text) {
    return Character.isDigit(text.charAt(0))
        ? new Flow.Party.Address(IpAddress.parse(text))
        : new Flow.Party.Pod("shop", text);
  }

  private static Peers of(Peer... peers) {
    return new Peers.AnyOf(List.of(peers));
  }

  private static Peers app(LabelSelector selector) {
    return of(new Peer.Endpoints("from", selector));
  }

  private static TrafficRule rule(
      Action action, Tier tier, int priority, Peers peers, PortRule... ports) {
    return new TrafficRule("rule", action, tier, priority, peers, List.of(ports));
  }

  private static TrafficRule allow(Peers peers, PortRule... ports) {
    return rule(Action.ALLOW, Tier.NORMAL, 0, peers, ports);
  }

  private static PortRule tcp(int first, int last) {
    return new PortRule("port", PortProtocol.TCP, new Ports.Range(first, last), L7Rules.NONE);
  }

  private static PortRule tcp(int port, L7Rules l7) {
    return new PortRule("port", PortProtocol.TCP, new Ports.Range(port, port), l7);
  }

  /** A policy for the databases. */
  private void ingress(String name, boolean closes, TrafficRule... rules) {
    add(name, false, new PolicyRule.Direction(closes, List.of(rules)), PolicyRule.Direction.OPEN);
  }

  private void egress(TrafficRule... rules) {
    add("p", false, PolicyRule.Direction.OPEN, new PolicyRule.Direction(true, List.of(rules)));
  }

  private void add(
      String name, boolean audit, PolicyRule.Direction ingress, PolicyRule.Direction egress) {
    ObjectKey key = new ObjectKey("CiliumNetworkPolicy", "shop", name);
    policies.add(
        new Policy(
            key, List.of(new PolicyRule("spec", DB, "", List.of(), "", ingress, egress)), audit));
  }

  private void verdict(Verdict wanted, String from, int port) {
    assertEquals(wanted, judge(from, "db", port).verdict(), from + " on " + port);
  }

  @Test
  void whatNoPolicySpeaksOfIsOpen() {
    Answer answer = judge("web", "db", 80);
    assertEquals(Verdict.ALLOW, answer.verdict());
    assertEquals(Why.NOT_ENFORCED, answer.ingress().why());
  }

  @Test
  void aRuleAllowsItsPeersOnItsPorts() {
    ingress("p", true, allow(app(WEB), tcp(80, 82)));
    verdict(Verdict.ALLOW, "web", 80);
    verdict(Verdict.ALLOW, "web", 82);
    verdict(Verdict.DENY, "web", 83);
    verdict(Verdict.DENY, "203.0.113.7", 80);
    assertEquals(List.of(P + "#port"), judge("web", "db", 81).ingress().rules());
    assertEquals(Verdict.ALLOW, judge("web", "db", 81).egress().verdict());
  }

  @Test
  void aDefaultDenySaysWhoseItIsAndWhatWasMissing() {
    ingress("p", true, allow(app(WEB), tcp(80, 80)));
    Answer.Side side = judge("web", "db", 81).ingress();
    assertEquals(Why.DEFAULT_DENY, side.why());
    assertEquals(List.of(P), side.enforcedBy());
    assertEquals("from pod shop/web on 81/TCP", side.needed());
    assertEquals(List.of(new Near(P + "#rule", Close.PEER)), side.near());
    assertEquals(
        List.of(new Near(P + "#rule", Close.PORT)),
        judge("203.0.113.7", "db", 80).ingress().near());
  }

  @Test
  void aDenyBeatsEveryAllowOfItsTier() {
    ingress("p", true, allow(app(WEB)));
    ingress("q", true, rule(Action.DENY, Tier.NORMAL, 0, new Peers.Any(), tcp(80, 80)));
    verdict(Verdict.DENY, "web", 80);
    verdict(Verdict.ALLOW, "web", 81);
    assertEquals(
        List.of("CiliumNetworkPolicy/shop/q#port"), judge("web", "db", 80).ingress().rules());
  }

  @Test
  void aTierGoesOnWhereItPasses() {
    ingress("normal", true);
    ingress(
        "admin",
        false,
        rule(Action.PASS, Tier.ADMIN, 1, new Peers.Any(), tcp(80, 80)),
        rule(Action.ALLOW, Tier.ADMIN, 2, new Peers.Any()));
    verdict(Verdict.DENY, "web", 80);
    verdict(Verdict.ALLOW, "web", 81);
  }

  @Test
  void theBaselineDecidesWhatNothingIsolates() {
    ingress("base", false, rule(Action.DENY, Tier.BASELINE, 0, app(WEB)));
    verdict(Verdict.DENY, "web", 80);
    verdict(Verdict.ALLOW, "203.0.113.7", 80);
    ingress("p", true, allow(app(WEB)));
    verdict(Verdict.ALLOW, "web", 80);
    verdict(Verdict.DENY, "203.0.113.7", 80);
  }

  @Test
  void aNodeReachesItsOwnPods() {
    ingress("p", true, rule(Action.DENY, Tier.ADMIN, 0, new Peers.Any()));
    verdict(Verdict.ALLOW, "172.31.0.1", 80);
    verdict(Verdict.DENY, "172.31.0.2", 80);
  }

  @Test
  void prefixesOfCiliumMeanTheWorldAndThoseOfKubernetesEveryone() {
    Prefix all = Prefix.parse("0.0.0.0/0");
    List<Prefix> except = List.of(Prefix.parse("203.0.113.0/29"));
    ingress("p", true, allow(of(new Peer.Cidr("c", all, except, Reach.WORLD))));
    verdict(Verdict.ALLOW, "203.0.113.8", 80);
    verdict(Verdict.DENY, "203.0.113.7", 80);
    verdict(Verdict.DENY, "web", 80);
    verdict(Verdict.DENY, "10.0.2.77", 80);
    policies.clear();
    ingress("p", true, allow(of(new Peer.Cidr("c", all, except, Reach.EVERYONE))));
    verdict(Verdict.ALLOW, "web", 80);
    verdict(Verdict.ALLOW, "172.31.0.2", 80);
  }

  @Test
  void groupsNamesAndServicesMeanAddresses() {
    LabelSelector site = LabelSelector.of(Requirement.in("any", "site", List.of("a")));
    LabelSelector data = LabelSelector.of(Requirement.in("any", "tier", List.of("data")));
    List<Prefix> except = List.of(Prefix.parse("198.51.100.3/32"));
    egress(
        allow(of(new Peer.CidrGroup("g", "office", except)), tcp(1, 1)),
        allow(of(new Peer.CidrGroups("g", site, List.of())), tcp(2, 2)),
        allow(of(new Peer.Fqdn("f", FqdnSelector.pattern("*.stripe.com"))), tcp(3, 3)),
        allow(of(new Peer.Service("s", "shop", "far")), tcp(4, 4)),
        allow(of(new Peer.Services("s", "", data)), tcp(5, 5)));
    assertEquals(Verdict.ALLOW, judge("db", "198.51.100.2", 1).verdict());
    assertEquals(Verdict.DENY, judge("db", "198.51.100.3", 1).verdict());
    assertEquals(Verdict.ALLOW, judge("db", "198.51.100.3", 2).verdict());
    assertEquals(Verdict.ALLOW, judge("db", "203.0.113.5", 3).verdict());
    assertEquals(Verdict.DENY, judge("db", "203.0.113.6", 3).verdict());
    assertEquals(Verdict.ALLOW, judge("db", "203.0.113.9", 4).verdict());
    assertEquals(Verdict.ALLOW, judge("db", "db2", 5).verdict());
    assertEquals(Verdict.DENY, judge("db", "web", 5).verdict());
  }

  @Test
  void entitiesAreReservedLabels() {
    ingress("p", true, allow(of(new Peer.Named("e", Entity.CLUSTER))));
    verdict(Verdict.ALLOW, "web", 80);
    verdict(Verdict.ALLOW, "172.31.0.2", 80);
    verdict(Verdict.ALLOW, "10.0.2.77", 80);
    verdict(Verdict.ALLOW, "203.0.113.1", 80);
    verdict(Verdict.DENY, "203.0.113.2", 80);
  }

  @Test
  void aNamedPortIsOneOfThePodsWithTheSameLabels() {
    PortRule sql = new PortRule("port", PortProtocol.ANY, new Ports.Named("sql"), L7Rules.NONE);
    ingress("p", true, allow(app(WEB), sql));
    verdict(Verdict.ALLOW, "web", 5432);
    verdict(Verdict.DENY, "web", 80);
    assertEquals(Verdict.ALLOW, judge("web", "db2", 5432).verdict());
    assertEquals(Verdict.DENY, judge("web", "db", 17, 5432, null).verdict());
  }

  @Test
  void aTypeOfIcmpStandsInThePort() {
    PortRule echo = new PortRule("icmp", PortProtocol.ICMP, new Ports.Range(8, 8), L7Rules.NONE);
    ingress("p", true, allow(new Peers.Any(), echo));
    assertEquals(Verdict.ALLOW, judge("web", "db", 1, 8, null).verdict());
    assertEquals(Verdict.DENY, judge("web", "db", 1, 0, null).verdict());
    assertEquals(Verdict.DENY, judge("web", "db", 58, 8, null).verdict());
  }

  @Test
  void aRequestDecidesWhereARuleLooksAtIt() {
    ingress("p", true, allow(app(WEB), tcp(80, GET)));
    verdict(Verdict.REDIRECT, "web", 80);
    Request good = new Request.Http("GET", "/x/1", "h", Map.of());
    Request bad = new Request.Http("PUT", "/x/1", "h", Map.of());
    assertEquals(Verdict.ALLOW, judge("web", "db", 6, 80, good).verdict());
    assertEquals(Why.REQUEST, judge("web", "db", 6, 80, bad).ingress().why());
    assertEquals(Verdict.DENY, judge("web", "db", 6, 80, new Request.Dns("x")).verdict());
    settings = new World.Settings("default", EnforcementMode.DEFAULT, Set.of());
    verdict(Verdict.DENY, "web", 80);
    ingress("q", true, allow(app(WEB)));
    verdict(Verdict.ALLOW, "web", 80);
  }

  @Test
  void withoutDefaultDenyARequestIsNotRestricted() {
    ingress("p", false, allow(app(WEB), tcp(80, GET)));
    verdict(Verdict.ALLOW, "web", 80);
  }

  @Test
  void anAuditingPolicyTellsAndDropsNothing() {
    add(
        "staged",
        true,
        new PolicyRule.Direction(true, List.of(allow(app(WEB)))),
        PolicyRule.Direction.OPEN);
    verdict(Verdict.ALLOW, "web", 80);
    Answer.Side side = judge("203.0.113.7", "db", 80).ingress();
    assertEquals(Verdict.AUDIT, side.verdict());
    assertEquals(List.of("CiliumNetworkPolicy/shop/staged"), side.audited());
    ingress("p", true);
    verdict(Verdict.DENY, "203.0.113.7", 80);
    verdict(Verdict.DENY, "web", 80);
  }

  @Test
  void anAuditedPodLosesNothing() {
    auditedPod = true;
    ingress("p", true);
    assertEquals(Verdict.AUDIT, judge("web", "db", 80).verdict());
    assertEquals(Verdict.DENY, judge("web", "db2", 80).verdict());
    assertEquals(List.of(P), judge("web", "db", 80).ingress().audited());
  }

  @Test
  void theModeOfTheClusterComesFirst() {
    ingress("p", true);
    settings = new World.Settings("default", EnforcementMode.NEVER, Set.of());
    verdict(Verdict.ALLOW, "web", 80);
    policies.clear();
    settings = new World.Settings("default", EnforcementMode.ALWAYS, Set.of());
    verdict(Verdict.DENY, "web", 80);
    verdict(Verdict.ALLOW, "172.31.0.1", 80);
    ingress("base", false, rule(Action.ALLOW, Tier.BASELINE, 0, new Peers.Any(), tcp(80, 80)));
    assertEquals(Verdict.ALLOW, judge("web", "db", 80).ingress().verdict());
  }

  @Test
  void aRuleWhoseMechanismIsMissingIsNear() {
    settings = new World.Settings("default", EnforcementMode.DEFAULT, Set.of());
    ingress(
        "p",
        true,
        allow(app(WEB), new PortRule("port", PortProtocol.TCP, new Ports.Range(80, 80), GET)),
        rule(Action.DENY, Tier.NORMAL, 0, app(DB), tcp(80, 80)));
    Answer.Side side = judge("web", "db", 80).ingress();
    assertEquals(Why.DEFAULT_DENY, side.why());
    assertEquals(List.of(new Near(P + "#port", Close.MECHANISM)), side.near());
  }

  /** What it passes over would have allowed the flow; what drops it is another policy. */
  @Test
  void anAuditingPolicyThatOnlyGivesWayIsNamed() {
    ingress("p", true);
    ingress("accepts", false, rule(Action.ALLOW, Tier.ADMIN, 2, app(WEB)));
    assertEquals(Verdict.ALLOW, judge("web", "db", 80).verdict());
    PolicyRule gives =
        new PolicyRule(
            "spec",
            DB,
            "",
            List.of(),
            "",
            new PolicyRule.Direction(
                false, List.of(rule(Action.PASS, Tier.ADMIN, 1, app(WEB), tcp(80, 80)))),
            new PolicyRule.Direction(false, List.of()));
    policies.add(
        new Policy(new ObjectKey("CiliumNetworkPolicy", "shop", "gives"), List.of(gives), true));
    Answer.Side side = judge("web", "db", 80).ingress();
    assertEquals(Verdict.AUDIT, side.verdict());
    assertEquals(List.of("CiliumNetworkPolicy/shop/gives"), side.audited());
    assertEquals(Verdict.ALLOW, judge("web", "db", 81).verdict(), "of that it says nothing");
  }

  @Test
  void servicesAreSelectedInOneNamespaceOrInAll() {
    LabelSelector data = LabelSelector.of(Requirement.in("any", "tier", List.of("data")));
    egress(allow(of(new Peer.Services("to", "", data))));
    assertEquals(Verdict.ALLOW, judge("db", "db2", 80).egress().verdict());
    policies.clear();
    egress(allow(of(new Peer.Services("to", "shop", data))));
    assertEquals(Verdict.ALLOW, judge("db", "db2", 80).egress().verdict());
    policies.clear();
    egress(allow(of(new Peer.Services("to", "bank", data))));
    assertEquals(Verdict.DENY, judge("db", "db2", 80).egress().verdict());
  }

  @Test
  void aPodThatIsNotThereIsNamed() {
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> judge("cache", "db", 80));
    assertEquals("the world has no pod shop/cache", thrown.getMessage());
  }
}
