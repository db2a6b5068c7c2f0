package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.Prefix;
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
import dev.sluice.core.service.ServiceFold;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each member of the language becomes. */
class CompiledPolicyTest {
  private static final LabelSelector SUBJECT = LabelSelector.of(Requirement.exists("k8s", "app"));
  private final ServiceFold services = new ServiceFold();
  private final KnownServices known = new KnownServices(new Work());

  private static Prefix prefix(String text) {
    return Prefix.parse(text);
  }

  private static PortRule tcp(int port) {
    return new PortRule("p", PortProtocol.TCP, new Ports.Range(port, port), L7Rules.NONE);
  }

  private static TrafficRule rule(Peers peers, PortRule... ports) {
    return new TrafficRule("r", Action.ALLOW, Tier.NORMAL, 0, peers, List.of(ports));
  }

  private static Peers of(Peer... peers) {
    return new Peers.AnyOf(List.of(peers));
  }

  /** {@code peer protocol/ports verdict} of each rule that one egress rule becomes. */
  private List<String> egress(TrafficRule rule) {
    return compile(new PolicyRule.Direction(true, List.of(rule)), false);
  }

  private List<String> ingress(TrafficRule rule) {
    return compile(new PolicyRule.Direction(true, List.of(rule)), true);
  }

  private List<String> compile(PolicyRule.Direction direction, boolean ingress) {
    PolicyRule.Direction open = PolicyRule.Direction.OPEN;
    Policy policy =
        new Policy(
            new ObjectKey("CiliumNetworkPolicy", "shop", "p"),
            List.of(
                new PolicyRule(
                    "spec",
                    SUBJECT,
                    "",
                    List.of(),
                    "",
                    ingress ? direction : open,
                    ingress ? open : direction)),
            false);
    CompiledPolicy compiled =
        CompiledPolicy.of(policy, new PeerSelectors(new ServiceBackends(known)));
    PolicyPart part = compiled.parts().getFirst();
    return (ingress ? part.ingress() : part.egress())
        .rules().stream()
            .map(
                one -> {
                  RuleKey key = one.rule();
                  String peer =
                      key.selector().isEmpty()
                          ? "anyone"
                          : compiled.peers().get(key.selector()).text();
                  String ports =
                      key.portName().isEmpty()
                          ? key.portFirst() + "-" + key.portLast()
                          : key.portName();
                  return peer + " " + key.protocol() + "/" + ports + " " + key.verdict();
                })
            .toList();
  }

  @Test
  void prefixes() {
    assertEquals(
        List.of("cidr:10.0.0.0/8,reserved:world 0/0-65535 ALLOW"),
        egress(rule(of(new Peer.Cidr("c", prefix("10.0.0.0/8"), List.of(), Reach.WORLD)))));
    assertEquals(
        List.of("!cidr:2001-db8-1--0/48,cidr:2001-db8--0/32 0/0-65535 ALLOW"),
        egress(
            rule(
                of(
                    new Peer.Cidr(
                        "c",
                        prefix("2001:db8::/32"),
                        List.of(prefix("2001:db8:1::/48")),
                        Reach.EVERYONE)))));
    assertEquals(
        List.of("cidr:0--0/0,reserved:world 0/0-65535 ALLOW"),
        egress(rule(of(new Peer.Cidr("c", prefix("::/0"), List.of(), Reach.WORLD)))));
  }

  @Test
  void groupsAndNames() {
    LabelSelector selector = LabelSelector.of(Requirement.in("cidrgroup", "a", List.of("b")));
    assertEquals(
        List.of(
            "!cidr:10.0.0.0/8,cidrgroup:io.cilium.policy.cidrgroupname/g,reserved:world"
                + " 0/0-65535 ALLOW",
            "cidrgroup:sluice.dev/selected-by/" + selector.id() + ",reserved:world 0/0-65535 ALLOW",
            "fqdn:matchPattern: *.x.com,reserved:world 0/0-65535 ALLOW"),
        egress(
            rule(
                of(
                    new Peer.CidrGroup("g", "g", List.of(prefix("10.0.0.0/8"))),
                    new Peer.CidrGroups("g", selector, List.of()),
                    new Peer.Fqdn("f", FqdnSelector.pattern("*.x.com"))))));
  }

  @Test
  void servicesAreTheirBackends() {
    TrafficRule one = rule(of(new Peer.Service("s", "shop", "web")), tcp(80));
    assertEquals(List.of(), egress(one));
    service(Map.of("app", "web"));
    assertEquals(
        List.of("k8s:app=web,k8s:io.kubernetes.pod.namespace=shop 6/80-80 ALLOW"), egress(one));
    assertEquals(
        List.of("k8s:app=web,k8s:io.kubernetes.pod.namespace=shop 6/80-80 ALLOW"),
        egress(
            rule(
                of(
                    new Peer.Services(
                        "s", "", LabelSelector.of(Requirement.in("any", "t", List.of("x"))))),
                tcp(80))));
    service(Map.of());
    assertEquals(List.of("reserved:world,service:shop/web 6/80-80 ALLOW"), egress(one));
  }

  private void service(Map<String, Object> selector) {
    services.fold(
        new ObjectEvent(
            0,
            ObjectEvent.Type.ADDED,
            new ObjectKey("Service", "shop", "web"),
            "v1",
            "",
            "",
            0,
            "",
            1,
            0,
            Map.of(
                "metadata",
                Map.of("labels", Map.of("t", "x")),
                "spec",
                Map.of(
                    "selector",
                    selector,
                    "clusterIP",
                    "10.96.0.7",
                    "ports",
                    List.of(Map.of("port", 80L))))));
    known.put("shop/web", services.service("shop/web").orElseThrow());
  }

  @Test
  void portsByNameAndTypesOfIcmp() {
    PortRule named = new PortRule("p", PortProtocol.TCP, new Ports.Named("metrics"), L7Rules.NONE);
    PortRule echo = new PortRule("p", PortProtocol.ICMPV6, new Ports.Range(128, 128), L7Rules.NONE);
    assertEquals(
        List.of("anyone 6/metrics ALLOW", "anyone 58/128-128 ALLOW"),
        ingress(rule(new Peers.Any(), named, echo)));
    assertEquals(
        List.of("k8s:io.kubernetes.pod.namespace 6/metrics ALLOW", "anyone 58/128-128 ALLOW"),
        egress(rule(new Peers.Any(), named, echo)),
        "only pods have ports with names");
  }

  @Test
  void actionsAndLayerSeven() {
    Peers everyone = of(new Peer.Named("e", Entity.ALL));
    assertEquals(
        List.of("anyone 6/80-80 DENY"),
        egress(new TrafficRule("r", Action.DENY, Tier.NORMAL, 0, everyone, List.of(tcp(80)))));
    assertEquals(
        List.of("anyone 6/80-80 PASS"),
        egress(new TrafficRule("r", Action.PASS, Tier.ADMIN, 3, everyone, List.of(tcp(80)))));
    assertEquals(
        List.of("anyone 17/53-53 REDIRECT"),
        egress(
            rule(
                everyone,
                new PortRule(
                    "p",
                    PortProtocol.UDP,
                    new Ports.Range(53, 53),
                    new L7Rules.Dns(List.of(FqdnSelector.pattern("*")))))));
  }
}
