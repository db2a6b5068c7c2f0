package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every diagnostic appears in topic diagnostics with what raises it, goes from it with what mends
 * it, and comes again. What mends it is a change of the world around the policy wherever it can be.
 */
class DiagnosticsComeAndGoTest {
  /**
   * @param raises objects, one a line, in flow style; {@code gone KIND NAMESPACE NAME} deletes one
   */
  private record Case(String raises, String mends) {}

  private static final String FRONTEND =
      "{kind: Pod, metadata: {namespace: shop, name: frontend, labels: {app: frontend}}, spec:"
          + " {nodeName: node-1}, status: {phase: Running, podIPs: [{ip: 10.0.1.11}]}}";
  private static final String SERVICE =
      "{kind: Service, metadata: {namespace: shop, name: backend}, spec: {selector: {app: backend},"
          + " ports: [{port: 80, targetPort: %d}]}}";
  private static final String GROUP =
      "{kind: CiliumCIDRGroup, metadata: {name: partners}, spec: {externalCIDRs: [%s]}}";

  private static String backend(int number, String labels) {
    return ("{kind: Pod, metadata: {namespace: shop, name: backend-%d, labels: {%s},"
            + " ownerReferences: [{kind: StatefulSet, name: backend, controller: true}]}, spec:"
            + " {nodeName: node-1}, status: {phase: Running, podIPs: [{ip: 10.0.1.2%d}]}}")
        .formatted(number, labels, number);
  }

  private static String policy(String name, String spec) {
    return "{kind: CiliumNetworkPolicy, metadata: {namespace: shop, name: %s}, spec: {%s}}"
        .formatted(name, spec);
  }

  /** Some forty entries for each endpoint, and what settings allow of them then. */
  private static final String FORTY_PORTS =
      policy(
          "p",
          "endpointSelector: {matchLabels: {app: backend}}, ingress: [{toPorts: [{ports: ["
              + IntStream.range(0, 40)
                  .mapToObj(i -> "{port: \"%d\", protocol: TCP}".formatted(1 + 2 * i))
                  .collect(Collectors.joining(", "))
              + "]}]}]");

  private static final String NO_SETTINGS = "gone SluiceSettings  cluster";

  private static String room(int entries) {
    return "\n{kind: SluiceSettings, metadata: {name: cluster}, spec: {policyMapEntries: %d}}"
        .formatted(entries);
  }

  private static final String BACKEND = "endpointSelector: {matchLabels: {app: backend}}, ";

  private static final Map<String, Case> CASES =
      Map.ofEntries(
          Map.entry(
              PolicyWarnings.SELECTS_NOTHING,
              new Case(
                  policy("p", "endpointSelector: {matchLabels: {app: edge}}, ingress: [{}]"),
                  backend(7, "app: edge"))),
          Map.entry(
              PolicyWarnings.PEER_MATCHES_NOTHING,
              new Case(
                  policy("p", BACKEND + "ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]"),
                  FRONTEND.replace("app: frontend", "app: web"))),
          Map.entry(
              PolicyWarnings.NO_NAMESPACE,
              new Case(
                  policy(
                      "p",
                      BACKEND
                          + "ingress: [{fromEndpoints: [{matchLabels:"
                          + " {\"k8s:io.kubernetes.pod.namespace\": shpo}}]}]"),
                  "{kind: Namespace, metadata: {name: shpo}}")),
          Map.entry(
              PolicyWarnings.NO_SERVICE,
              new Case(
                  policy(
                      "p",
                      BACKEND
                          + "egress: [{toServices: [{k8sService: {serviceName: backend, namespace:"
                          + " shop}}]}]"),
                  SERVICE.formatted(8080))),
          Map.entry(
              PolicyWarnings.NO_GROUP,
              new Case(
                  policy("p", BACKEND + "egress: [{toCIDRSet: [{cidrGroupRef: partners}]}]")
                      + "\n"
                      + GROUP.formatted(""),
                  GROUP.formatted("203.0.113.0/24"))),
          Map.entry(
              PolicyWarnings.SPLIT_WORKLOAD,
              new Case(
                  policy("p", BACKEND + "ingress: [{}]") + "\n" + backend(1, "app: bakcend"),
                  backend(1, "app: backend"))),
          Map.entry(
              PolicyWarnings.FQDN_WITHOUT_DNS,
              new Case(
                  policy("p", BACKEND + "egress: [{toFQDNs: [{matchName: api.x.com}]}]"),
                  policy(
                      "dns",
                      BACKEND
                          + "egress: [{toPorts: [{ports: [{port: \"53\", protocol: ANY}], rules:"
                          + " {dns: [{matchPattern: \"*\"}]}}]}]"))),
          Map.entry(
              PolicyWarnings.PATTERN_WITHOUT_APEX,
              new Case(
                  policy("p", BACKEND + "egress: [{toFQDNs: [{matchPattern: \"*.x.com\"}]}]"),
                  policy(
                      "p",
                      BACKEND
                          + "egress: [{toFQDNs: [{matchPattern: \"*.x.com\"}, {matchName:"
                          + " x.com}]}]"))),
          Map.entry(
              PolicyWarnings.SERVICE_PORT,
              new Case(
                  policy("p", BACKEND + "ingress: [{toPorts: [{ports: [{port: \"80\"}]}]}]")
                      + "\n"
                      + SERVICE.formatted(8080),
                  SERVICE.formatted(80))),
          Map.entry(
              PolicyWarnings.ALLOW_UNREACHABLE,
              new Case(
                  policy("p", BACKEND + "ingress: [{fromEndpoints: [{}]}]")
                      + "\n"
                      + policy("deny", BACKEND + "ingressDeny: [{fromEntities: [all]}]"),
                  "gone CiliumNetworkPolicy shop deny")),
          Map.entry(
              PolicyWarnings.CUTS_ALL,
              new Case(
                  policy("p", "endpointSelector: {}, ingress: [], egress: []"),
                  policy(
                      "open",
                      "endpointSelector: {}, ingress: [{fromEntities: [all]}], egress:"
                          + " [{toEntities: [all]}]"))),
          Map.entry(
              PolicyWarnings.L7_NOT_ENFORCED,
              new Case(
                  policy(
                      "p",
                      BACKEND
                          + "ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules:"
                          + " {http: [{method: GET}]}}]}]"),
                  policy(
                      "p",
                      BACKEND
                          + "ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}]"))),
          Map.entry(
              PolicyWarnings.SYSTEM_PODS,
              new Case(
                  "{kind: SluiceSettings, metadata: {name: cluster}, spec: {systemNamespace:"
                      + " shop}}\n"
                      + policy("p", BACKEND + "ingress: []"),
                  "gone SluiceSettings  cluster")),
          Map.entry(RoomCheck.NEARLY_FULL, new Case(FORTY_PORTS + room(45), NO_SETTINGS)),
          Map.entry(RoomCheck.OUTGROWN, new Case(FORTY_PORTS + room(24), NO_SETTINGS)),
          Map.entry(
              WorkloadCheck.SEVERAL_IDENTITIES,
              new Case(backend(1, "app: backend, n: a"), backend(1, "app: backend"))),
          Map.entry(
              WorkloadCheck.IDENTITY_PER_POD,
              new Case(
                  backend(1, "app: backend, n: a")
                      + "\n"
                      + backend(2, "app: backend, n: b")
                      + "\n"
                      + backend(0, "app: backend, n: c"),
                  backend(2, "app: backend, n: a"))));

  static Set<String> codes() {
    return new TreeSet<>(CASES.keySet());
  }

  @ParameterizedTest
  @MethodSource("codes")
  void comesAndGoesWithTheWorld(String code) {
    Case one = CASES.get(code);
    ToldWorld world = new ToldWorld();
    world.apply("{kind: Namespace, metadata: {name: shop}}");
    world.apply(backend(0, "app: backend"));
    world.apply("{kind: Node, metadata: {name: node-1}}");
    world.synced();
    assertFalse(world.told(code), "before");
    world.apply(one.raises);
    assertTrue(world.told(code), () -> "raised: " + world);
    world.apply(one.mends);
    assertFalse(world.told(code), () -> "mended: " + world);
    world.takeBack(one.mends);
    world.longAfter();
    world.apply(one.raises);
    assertTrue(world.told(code), () -> "raised again: " + world);
  }

  @Test
  void everyDiagnosticHasItsCase() {
    Set<String> all = new TreeSet<>(PolicyWarnings.CODES);
    all.addAll(WorkloadCheck.CODES);
    assertEquals(all, codes());
  }
}
