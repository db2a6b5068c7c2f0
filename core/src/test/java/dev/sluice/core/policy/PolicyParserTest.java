package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyParserTest {
  private static final ObjectKey KEY = new ObjectKey("CiliumNetworkPolicy", "shop", "p");

  private static PolicyRule rule(String spec) {
    ParsedPolicy parsed = PolicyParser.parse(KEY, Map.of("spec", Yaml.of(spec)));
    return assertInstanceOf(ParsedPolicy.Accepted.class, parsed, parsed::toString)
        .policy()
        .rules()
        .getFirst();
  }

  private static TrafficRule ingress(String rule) {
    return rule("{endpointSelector: {}, ingress: [" + rule + "]}").ingress().rules().getFirst();
  }

  private static String peer(String selector) {
    TrafficRule read = ingress("{fromEndpoints: [" + selector + "]}");
    var peers = assertInstanceOf(TrafficRule.Peers.AnyOf.class, read.peers()).peers();
    return assertInstanceOf(TrafficRule.Peer.Endpoints.class, peers.getFirst()).selector().text();
  }

  @Test
  void theArticlesPolicy() {
    PolicyRule rule =
        rule(
            "{endpointSelector: {matchLabels: {app: backend}}, ingress: [{fromEndpoints:"
                + " [{matchLabels: {app: frontend}}], toPorts: [{ports: [{port: '8080', protocol:"
                + " TCP}]}]}]}");
    assertEquals("any:app=backend,k8s:io.kubernetes.pod.namespace=shop", rule.subject().text());
    assertTrue(rule.ingress().defaultDeny());
    assertTrue(rule.egress().isOpen());
    assertEquals(
        List.of(
            new TrafficRule.PortRule(
                "spec.ingress[0].toPorts[0].ports[0]",
                PortProtocol.TCP,
                new TrafficRule.Ports.Range(8080, 8080),
                L7Rules.NONE)),
        rule.ingress().rules().getFirst().ports());
  }

  @Test
  void anEmptyListTurnsDefaultDenyOn() {
    PolicyRule rule = rule("{endpointSelector: {}, ingress: [], egress: []}");
    assertTrue(rule.ingress().defaultDeny());
    assertTrue(rule.egress().defaultDeny());
    assertEquals("k8s:io.kubernetes.pod.namespace=shop", rule.subject().text());
  }

  @Test
  void anAbsentOrNullDirectionIsOpen() {
    assertTrue(rule("{endpointSelector: {}, ingress: []}").egress().isOpen());
    assertTrue(rule("{endpointSelector: {}, ingress: [], egress: null}").egress().isOpen());
  }

  @Test
  void explicitDefaultDenyWins() {
    PolicyRule off =
        rule("{endpointSelector: {}, ingress: [], enableDefaultDeny: {ingress: false}}");
    assertFalse(off.ingress().defaultDeny());
    PolicyRule on = rule("{endpointSelector: {}, ingress: [], enableDefaultDeny: {egress: true}}");
    assertTrue(on.ingress().defaultDeny());
    assertTrue(on.egress().defaultDeny());
  }

  @Test
  void whatTheAbsenceOfPeersMeans() {
    TrafficRule.Peers nobody = new TrafficRule.Peers.AnyOf(List.of());
    TrafficRule.Peers anyone = new TrafficRule.Peers.Any();
    String ports = "toPorts: [{ports: [{port: '80'}]}]";
    assertEquals(nobody, ingress("{}").peers());
    assertEquals(nobody, ingress("{fromEndpoints: []}").peers());
    assertEquals(nobody, ingress("{fromEndpoints: [], " + ports + "}").peers());
    assertEquals(nobody, ingress("{fromEntities: [], " + ports + "}").peers());
    assertEquals(nobody, ingress("{toPorts: []}").peers());
    assertEquals(anyone, ingress("{" + ports + "}").peers());
    assertEquals(anyone, ingress("{fromEndpoints: null, " + ports + "}").peers());
    assertEquals("k8s:io.kubernetes.pod.namespace=shop", peer("{}"));
  }

  @Test
  void aPeerSaysItsNamespaceOrGetsThePolicys() {
    String shop = "k8s:io.kubernetes.pod.namespace=shop";
    assertEquals("any:app=a," + shop, peer("{matchLabels: {app: a}}"));
    assertEquals("k8s:app=a," + shop, peer("{matchLabels: {'k8s:app': a}}"));
    assertEquals("any:app=a," + shop, peer("{matchLabels: {'any:app': a}}"));
    assertEquals(
        "k8s:io.kubernetes.pod.namespace=dns",
        peer("{matchLabels: {'k8s:io.kubernetes.pod.namespace': dns}}"));
    assertEquals(
        "any:io.kubernetes.pod.namespace",
        peer("{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: Exists}]}"));
    assertEquals(
        "k8s:io.cilium.k8s.namespace.labels.team=red",
        peer("{matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': red}}"));
    assertEquals("reserved:host", peer("{matchLabels: {'reserved:host': ''}}"));
    assertEquals(
        "reserved:world", peer("{matchExpressions: [{key: 'reserved:world', operator: Exists}]}"));
  }

  @Test
  void expressions() {
    assertEquals(
        "!any:d,any:a in (1,2),any:b notin (x),any:c,k8s:io.kubernetes.pod.namespace=shop",
        peer(
            "{matchExpressions: [{key: a, operator: In, values: ['2', '1']}, {key: b, operator:"
                + " NotIn, values: [x]}, {key: c, operator: Exists}, {key: d, operator:"
                + " DoesNotExist}]}"));
  }

  @Test
  void aSubjectIsForcedIntoItsNamespace() {
    ParsedPolicy parsed =
        PolicyParser.parse(
            KEY,
            Map.of(
                "spec",
                Yaml.of(
                    "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': bank}},"
                        + " ingress: []}")));
    var accepted = assertInstanceOf(ParsedPolicy.Accepted.class, parsed);
    assertEquals(
        "k8s:io.kubernetes.pod.namespace=shop",
        accepted.policy().rules().getFirst().subject().text());
    assertEquals("namespace-forced", accepted.findings().getFirst().code());
  }

  @Test
  void ports() {
    assertEquals(
        "[spec.ingress[0].toPorts[0].ports[0] ANY Range[first=80, last=80],"
            + " spec.ingress[0].toPorts[0].ports[1] UDP Range[first=10, last=20],"
            + " spec.ingress[0].toPorts[1].ports[0] SCTP Range[first=0, last=65535]]",
        ingress(
                "{toPorts: [{ports: [{port: '80'}, {port: '10', endPort: 20, protocol: UDP}]},"
                    + " {ports: [{port: '0', protocol: SCTP}]}]}")
            .ports()
            .stream()
            .map(port -> port.path() + " " + port.protocol() + " " + port.ports())
            .toList()
            .toString());
  }

  @Test
  void specsAddUp() {
    ParsedPolicy parsed =
        PolicyParser.parse(
            KEY,
            Map.of(
                "spec", Yaml.of("{endpointSelector: {}, ingress: []}"),
                "specs", List.of(Yaml.of("{endpointSelector: {}, egress: []}"))));
    var rules = assertInstanceOf(ParsedPolicy.Accepted.class, parsed).policy().rules();
    assertEquals(List.of("spec", "specs[0]"), rules.stream().map(PolicyRule::path).toList());
  }

  @Test
  void entities() {
    TrafficRule read = ingress("{fromEntities: [world, remote-node, all]}");
    var peers = assertInstanceOf(TrafficRule.Peers.AnyOf.class, read.peers()).peers();
    assertEquals(
        List.of(Entity.WORLD, Entity.REMOTE_NODE, Entity.ALL),
        peers.stream().map(peer -> ((TrafficRule.Peer.Named) peer).entity()).toList());
  }
}
