package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each refusal with its code, its path and its sentence. */
class RefusalTest {
  private static final ObjectKey KEY = new ObjectKey("CiliumNetworkPolicy", "shop", "p");
  private static final String LATER =
      " is not supported by this version: take it out, until then the whole object is refused";

  /** The body, or the spec when {@code body} does not begin with a spec; and what is found. */
  private record Row(String body, String code, String path, String message) {}

  private static final List<Row> ROWS =
      List.of(
          // the object as a whole
          row("{}", "missing-field", "spec", "spec is missing: write endpointSelector and ingress"),
          row(
              "{spec: 7}",
              "wrong-type",
              "spec",
              "must be an object and is the number 7: write endpointSelector: {} and ingress below"
                  + " it"),
          row(
              "{specs: {}}",
              "wrong-type",
              "specs",
              "must be a list and is an object: write a list of specs"),
          row(
              "{spek: {}, spec: {endpointSelector: {}, ingress: []}}",
              "unknown-field",
              "spek",
              "unknown field spek: did you mean spec?"),
          row(
              "{apiVersion: cilium.io/v1, spec: {endpointSelector: {}, ingress: []}}",
              "bad-value",
              "apiVersion",
              "apiVersion cilium.io/v1 is not known: write cilium.io/v2"),
          // a spec
          spec(
              "{endpointSelector: {}}",
              "missing-field",
              "spec",
              "neither ingress nor egress is given: write ingress: [] to deny everything that comes"
                  + " in, or list what is allowed"),
          spec(
              "{endpointSelector: {}, ingress: null}",
              "missing-field",
              "spec",
              "neither ingress nor egress is given: write ingress: [] to deny everything that comes"
                  + " in, or list what is allowed"),
          spec(
              "{ingress: []}",
              "missing-field",
              "spec.endpointSelector",
              "endpointSelector is missing: write {} for every endpoint of the namespace"),
          spec(
              "{nodeSelector: {}, ingress: []}",
              "unsupported-field",
              "spec.nodeSelector",
              "nodeSelector (rules for nodes)" + LATER),
          spec(
              "{endpointSelector: {}, ingress: [], ingressDeny: []}",
              "unsupported-field",
              "spec.ingressDeny",
              "ingressDeny (deny rules)" + LATER),
          spec(
              "{endpointSelector: {}, egress: [], egressDeny: []}",
              "unsupported-field",
              "spec.egressDeny",
              "egressDeny (deny rules)" + LATER),
          spec(
              "{endpointSelector: {}, ingres: [], egress: []}",
              "unknown-field",
              "spec.ingres",
              "unknown field ingres: did you mean ingress?"),
          spec(
              "{endpointSelector: {}, ingress: {fromEndpoints: []}}",
              "wrong-type",
              "spec.ingress",
              "must be a list and is an object: write a list: [] or - {…}"),
          spec(
              "{endpointSelector: {}, ingress: [], enableDefaultDeny: {ingress: 'false'}}",
              "wrong-type",
              "spec.enableDefaultDeny.ingress",
              "must be true or false and is the string \"false\": write true or false without"
                  + " quotes"),
          spec(
              "{endpointSelector: {}, ingress: [], enableDefaultDeny: true}",
              "wrong-type",
              "spec.enableDefaultDeny",
              "must be an object and is the boolean true: write {ingress: false, egress: false}"),
          // rules
          rule(
              "null",
              "wrong-type",
              "",
              "must be an object and is empty: write {} or a rule with" + " fromEndpoints"),
          rule(
              "{fromEndpoint: []}",
              "unknown-field",
              ".fromEndpoint",
              "unknown field fromEndpoint: did you mean fromEndpoints?"),
          rule(
              "{whatever: []}",
              "unknown-field",
              ".whatever",
              "unknown field whatever: the fields here are fromEndpoints, fromEntities, toPorts"),
          rule(
              "{fromCIDR: []}",
              "unsupported-field",
              ".fromCIDR",
              "fromCIDR (peers by prefix)" + LATER),
          rule(
              "{fromCIDRSet: [{cidr: 10.0.0.0/8}]}",
              "unsupported-field",
              ".fromCIDRSet",
              "fromCIDRSet (peers by prefix)" + LATER),
          rule(
              "{fromNodes: []}",
              "unsupported-field",
              ".fromNodes",
              "fromNodes (peers by node)" + LATER),
          rule(
              "{fromGroups: []}",
              "unsupported-field",
              ".fromGroups",
              "fromGroups (peers by cloud group)" + LATER),
          rule("{icmps: []}", "unsupported-field", ".icmps", "icmps (ICMP types)" + LATER),
          rule(
              "{authentication: {mode: required}}",
              "unsupported-field",
              ".authentication",
              "authentication (mutual authentication)" + LATER),
          rule(
              "{fromEndpoints: [{}], fromEntities: [world]}",
              "conflict",
              ".fromEntities",
              "fromEndpoints and fromEntities cannot stand in one rule: write one rule for each,"
                  + " rules add up"),
          rule(
              "{fromEntities: [wrld]}",
              "bad-value",
              ".fromEntities[0]",
              "unknown entity wrld: did you mean world?"),
          rule(
              "{fromEntities: [kube-apiserver]}",
              "unsupported-field",
              ".fromEntities[0]",
              "entity kube-apiserver is not supported by this version: take it out"),
          // ports
          port(
              "{port: 8080}",
              "wrong-type",
              ".port",
              "must be a string and is the number 8080: put it in quotes: port: \"8080\""),
          port(
              "{port: http}",
              "unsupported-field",
              ".port",
              "named port http is not supported by this version: write its number"),
          port(
              "{port: '70000'}",
              "bad-value",
              ".port",
              "\"70000\" is no port: write a number from 0 to 65535"),
          port(
              "{port: '-1'}",
              "bad-value",
              ".port",
              "\"-1\" is no port: write a number from 0 to 65535"),
          port(
              "{protocol: TCP}",
              "missing-field",
              ".port",
              "port is missing: write port: \"8080\", or \"0\" for every port"),
          port(
              "{port: '80', protocol: tcp}",
              "bad-value",
              ".protocol",
              "protocols are written in capitals: write TCP"),
          port(
              "{port: '80', protocol: XYZ}",
              "bad-value",
              ".protocol",
              "unknown protocol XYZ: write TCP, UDP, SCTP or ANY"),
          port(
              "{port: '80', protocol: ICMP}",
              "unsupported-field",
              ".protocol",
              "protocol ICMP is not supported by this version: take it out"),
          port(
              "{port: '80', endPort: 79}",
              "bad-value",
              ".endPort",
              "endPort 79 is below port 80: swap the two"),
          port(
              "{port: '80', endPort: '90'}",
              "wrong-type",
              ".endPort",
              "must be a number and is the string \"90\": write endPort: 8090 without quotes"),
          port(
              "{port: '0', endPort: 90}",
              "bad-value",
              ".endPort",
              "port \"0\" is every port and takes no endPort: write a first port"),
          port(
              "{port: '80', prot: TCP}",
              "unknown-field",
              ".prot",
              "unknown field prot: did you mean port?"),
          rule(
              "{toPorts: [{}]}",
              "missing-field",
              ".toPorts[0].ports",
              "ports is missing: list the ports, or leave toPorts out to mean every port"),
          rule(
              "{toPorts: [{ports: []}]}",
              "bad-value",
              ".toPorts[0].ports",
              "ports is empty: list the ports, or leave toPorts out to mean every port"),
          later("rules", "rules of layer 7"),
          later("serverNames", "TLS server names"),
          later("listener", "redirection to an Envoy listener"),
          later("terminatingTLS", "TLS termination"),
          later("originatingTLS", "TLS origination"),
          // selectors
          peer(
              "{matchLabel: {}}",
              "unknown-field",
              ".matchLabel",
              "unknown field matchLabel: did you mean matchLabels?"),
          peer(
              "{matchLabels: {app: 1}}",
              "wrong-type",
              ".matchLabels.app",
              "must be a string and is the number 1: put it in quotes: app: \"1\""),
          peer(
              "{matchLabels: {app: 'a b'}}",
              "bad-value",
              ".matchLabels.app",
              "\"a b\" is no label value: at most 63 letters, digits, '-', '_' and '.', beginning"
                  + " and ending with a letter or digit"),
          peer(
              "{matchLabels: {'cidr:x': ''}}",
              "bad-value",
              ".matchLabels.cidr:x",
              "label source cidr: is not supported by this version: write any:, k8s:, reserved: or"
                  + " no source"),
          peer(
              "{matchLabels: {'a/b/c': ''}}",
              "bad-value",
              ".matchLabels.a/b/c",
              "\"a/b/c\" is no label key: write name or dns.prefix/name, name of letters, digits,"
                  + " '-', '_' and '.', at most 63"),
          peer(
              "{matchExpressions: [{key: a, operator: in, values: [b]}]}",
              "bad-value",
              ".matchExpressions[0].operator",
              "unknown operator in: write one of In, NotIn, Exists, DoesNotExist"),
          peer(
              "{matchExpressions: [{key: a, operator: In}]}",
              "missing-field",
              ".matchExpressions[0].values",
              "In needs at least one value: write values: [backend]"),
          peer(
              "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
              "bad-value",
              ".matchExpressions[0].values",
              "Exists takes no values: take them out, or write In or NotIn"),
          peer(
              "{matchExpressions: [{operator: Exists}]}",
              "missing-field",
              ".matchExpressions[0].key",
              "key is missing: name a label"),
          peer(
              "app",
              "wrong-type",
              "",
              "must be an object and is the string \"app\": write {} or matchLabels: {app:"
                  + " backend}"));

  private static Row row(String body, String code, String path, String message) {
    return new Row(body, code, path, message);
  }

  private static Row spec(String spec, String code, String path, String message) {
    return new Row("{spec: " + spec + "}", code, path, message);
  }

  private static Row rule(String rule, String code, String path, String message) {
    return spec(
        "{endpointSelector: {}, ingress: [" + rule + "]}", code, "spec.ingress[0]" + path, message);
  }

  private static Row port(String port, String code, String path, String message) {
    return rule(
        "{toPorts: [{ports: [" + port + "]}]}", code, ".toPorts[0].ports[0]" + path, message);
  }

  private static Row later(String field, String what) {
    return rule(
        "{toPorts: [{ports: [{port: '80'}], " + field + ": {}}]}",
        "unsupported-field",
        ".toPorts[0]." + field,
        field + " (" + what + ")" + LATER);
  }

  private static Row peer(String selector, String code, String path, String message) {
    return rule("{fromEndpoints: [" + selector + "]}", code, ".fromEndpoints[0]" + path, message);
  }

  @TestFactory
  Stream<DynamicTest> each() {
    return ROWS.stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.body,
                    () ->
                        assertEquals(
                            List.of(
                                new Finding(
                                    Finding.Severity.REFUSED, row.code, row.path, row.message)),
                            findings(row.body))));
  }

  @TestFactory
  Stream<DynamicTest> everyLaterFieldOfEgress() {
    return Stream.of(
            "toCIDR",
            "toCIDRSet",
            "toFQDNs",
            "toServices",
            "toGroups",
            "toNodes",
            "toRequires",
            "icmps",
            "authentication")
        .map(
            field ->
                DynamicTest.dynamicTest(
                    field,
                    () -> {
                      List<Finding> found =
                          findings("{spec: {endpointSelector: {}, egress: [{" + field + ": []}]}}");
                      assertEquals(1, found.size());
                      assertEquals("unsupported-field", found.getFirst().code());
                      assertEquals("spec.egress[0]." + field, found.getFirst().path());
                    }));
  }

  @Test
  void everyFindingIsReportedInTheOrderOfTheObject() {
    List<Finding> found =
        findings(
            "{spec: {egress: [{toEntity: [world]}], endpointSelector: {matchLabels: {app: 1}},"
                + " ingress: [{toPorts: [{ports: [{port: 80, protocol: tcp}]}]}]}}");
    assertEquals(
        List.of(
            "spec.egress[0].toEntity",
            "spec.endpointSelector.matchLabels.app",
            "spec.ingress[0].toPorts[0].ports[0].port",
            "spec.ingress[0].toPorts[0].ports[0].protocol"),
        found.stream().map(Finding::path).toList());
  }

  @Test
  void moreThanFortyPortsAreRefused() {
    String[] ports = new String[41];
    Arrays.fill(ports, "{port: '80'}");
    List<Finding> found =
        findings(
            "{spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: ["
                + String.join(", ", ports)
                + "]}]}]}}");
    assertEquals(1, found.size());
    assertTrue(found.getFirst().message().startsWith("at most 40 ports"));
  }

  @SuppressWarnings("unchecked")
  private static List<Finding> findings(String body) {
    ParsedPolicy parsed = PolicyParser.parse(KEY, (Map<String, Object>) Tree.of(body));
    return assertInstanceOf(ParsedPolicy.Refused.class, parsed, parsed::toString).findings();
  }
}
