package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Yaml;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A change looks at as much in a world of a hundred thousand endpoints as in one of a thousand.
 * What is looked at is counted, not timed. Policies of every namespace deny something, ask for
 * names and use one selector together, and one selects its namespace by a label; one stem of pods
 * without an owner has a label set for each hundred endpoints.
 */
class CostOfChangeTest {
  private static final int IN_NAMESPACE = 50;
  private static final int PODS_EACH = 5;

  private final LogBuilder log = new LogBuilder().genesis();
  private final PolicyFold fold = PolicyFold.empty();
  private final Map<String, Object> specs = new HashMap<>();
  private int folded;

  @Test
  void doesNotGrowWithTheWorld() {
    Map<String, Long> small = new CostOfChangeTest().costs(1_000);
    Map<String, Long> large = new CostOfChangeTest().costs(100_000);
    assertEquals(small, large);
    small.remove("a namespace comes"); // which nobody names
    assertTrue(small.values().stream().allMatch(cost -> cost > 0), small::toString);
  }

  private Map<String, Long> costs(int endpoints) {
    world(endpoints);
    log.synced();
    fold();
    TreeMap<String, Long> costs = new TreeMap<>();
    costs.put("a pod of a known identity", cost(log.pod("ns1", "again", "app=a1")));
    costs.put("a pod of a new identity", cost(log.pod("ns1", "new", "app=new", "tier=x")));
    costs.put(
        "a pod of a new identity in a namespace that is selected by its label",
        cost(log.pod("ns1", "team", "app=a7", TEAM + "=ns1", "tier=x")));
    costs.put("its pod is gone", cost(log.deletePod("ns1", "new")));
    costs.put("the identity is gone", cost(log.release("ns1", "app=new", "tier=x")));
    costs.put("an owned pod splits its workload", cost(owned("new-web", "app=a2", "tier=y")));
    costs.put("a policy is added", cost(policy("added", allow("a1", "a2"))));
    costs.put("a policy is changed", cost(policy("added", allow("a1", "a3"))));
    costs.put("a policy is deleted", cost(log.deletePolicy("ns1", "added")));
    costs.put("a policy denies", cost(policy("one", DENY.formatted("a4", "a5"))));
    costs.put("a policy asks for a name", cost(policy("names", NAMES.formatted("a4"))));
    costs.put("a policy has a slip of the pen", cost(policy("slip", allow("a1", "ab3"))));
    costs.put("another label set of a stem", cost(log.pod("bare", "w-99999", "app=other")));
    costs.put("another pod of a stem", cost(log.pod("bare", "w-99998", "app=w-1")));
    costs.put("a pod of a stem is gone", cost(log.deletePod("bare", "w-99999")));
    costs.put("a Service comes", cost(service(ObjectEvent.Type.ADDED, 81)));
    costs.put("a Service changes", cost(service(ObjectEvent.Type.MODIFIED, 80)));
    costs.put("a namespace comes", cost(namespace("ns-new")));
    waiting(costs);
    return costs;
  }

  /** A policy waits for room in which all that it selects have none, and many others too. */
  private void waiting(Map<String, Long> costs) {
    log.settings(Map.of("policyMapEntries", 64L));
    fold();
    long alone = cost(policy("beside", allow("a21", "a22")));
    log.deletePolicy("ns1", "beside");
    String ports = IntStream.range(0, 40).mapToObj(MANY::formatted).collect(Collectors.joining());
    policy("CiliumNetworkPolicy", "ns1", "waits", WAITS.formatted("{}", ports));
    for (int i = 10; i < 40; i++) {
      policy(
          "CiliumNetworkPolicy",
          "ns2",
          "waits" + i,
          WAITS.formatted("{matchLabels: {app: a" + i + "}}", ports));
    }
    fold();
    assertEquals(31, fold.withoutRoom().size());
    assertEquals(alone, cost(policy("beside", allow("a21", "a22"))));
    costs.put("a pod beside those that wait", cost(log.pod("ns1", "more", "app=more", "tier=x")));
    costs.put("it changes", cost(policy("beside", allow("a21", "a3"))));
    costs.put("it is deleted", cost(log.deletePolicy("ns1", "beside")));
    costs.put("one that waits gets room", cost(policy("waits", allow("a7", "a8"))));
  }

  private long cost(LogBuilder written) {
    long before = fold.work();
    fold();
    return fold.work() - before;
  }

  private void fold() {
    List<LogBuilder.Entry> entries = log.entries();
    for (; folded < entries.size(); folded++) {
      fold.apply(entries.get(folded).event(), entries.get(folded).changes());
    }
  }

  private void world(int endpoints) {
    log.pod("kube-system", "dns", "k8s-app=kube-dns");
    policy("CiliumClusterwideNetworkPolicy", "", "everybody", EVERYBODY);
    int namespaces = endpoints / IN_NAMESPACE / PODS_EACH;
    for (int ns = 0; ns < namespaces; ns++) {
      namespace("ns" + ns);
      for (int i = 0; i < IN_NAMESPACE; i++) {
        for (int pod = 0; pod < PODS_EACH; pod++) {
          log.ownedPod("ns" + ns, "a%d-%d".formatted(i, pod), "Deployment", "a" + i, "app=a" + i);
        }
        String spec = i % 5 == 0 ? NAMES.formatted("a" + i) : allow("a" + i, "a" + (i + 1) % 50);
        policy("CiliumNetworkPolicy", "ns" + ns, "p" + i, spec);
      }
      policy("CiliumNetworkPolicy", "ns" + ns, "deny", DENY_ALL);
      policy("CiliumClusterwideNetworkPolicy", "", "of" + ns, OF_TEAM.formatted(TEAM, "ns" + ns));
    }
    for (int i = 0; i < endpoints / 10; i++) {
      log.pod("bare", "w-" + i, "app=w-" + i % (endpoints / 100));
    }
    for (int i = 0; i < endpoints / 100; i++) {
      policy("CiliumNetworkPolicy", "bare", "p" + i, allow("w-" + i, "w-" + (i + 1)));
    }
  }

  private LogBuilder owned(String name, String... labels) {
    return log.ownedPod("ns1", name, "Deployment", "a2", labels);
  }

  private LogBuilder policy(String name, String spec) {
    return policy("CiliumNetworkPolicy", "ns1", name, spec);
  }

  private LogBuilder policy(String kind, String namespace, String name, String spec) {
    Map<String, Object> body = Map.of("spec", specs.computeIfAbsent(spec, Yaml::of));
    return log.add(
        ObjectEvent.Type.ADDED, new ObjectKey(kind, namespace, name), "f:1", body, List.of());
  }

  private LogBuilder service(ObjectEvent.Type type, int target) {
    Map<String, Object> port = Map.of("port", 8080L, "targetPort", (long) target);
    Map<String, Object> spec = Map.of("selector", Map.of("app", "a1"), "ports", List.of(port));
    return log.add(
        type, new ObjectKey("Service", "ns1", "a1"), "", Map.of("spec", spec), List.of());
  }

  private LogBuilder namespace(String name) {
    return log.add(
        ObjectEvent.Type.ADDED, new ObjectKey("Namespace", "", name), "", Map.of(), List.of());
  }

  private static String allow(String subject, String peer) {
    return ALLOW.formatted(subject, peer);
  }

  private static final String TEAM = "io.cilium.k8s.namespace.labels.team";

  private static final String OF_TEAM =
      """
      endpointSelector: {matchLabels: {app: a7, %1$s: %2$s}}
      ingress: [{fromEndpoints: [{matchLabels: {app: a8, %1$s: %2$s}}]}]
      """;

  private static final String ALLOW =
      """
      endpointSelector: {matchLabels: {app: %s}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: %s}}]
        toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
      egress:
      - toEndpoints:
        - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, "k8s:k8s-app": kube-dns}
        toPorts: [{ports: [{port: "53", protocol: ANY}]}]
      """;

  private static final String MANY = "{port: \"1%03d1\", protocol: TCP}, ";

  private static final String WAITS =
      """
      endpointSelector: %s
      ingress:
      - fromEndpoints: [{matchLabels: {app: a1}}, {matchLabels: {app: a2}}]
        toPorts: [{ports: [%s]}]
      """;

  private static final String NAMES =
      """
      endpointSelector: {matchLabels: {app: %s}}
      egress:
      - toFQDNs: [{matchName: api.example.com}]
      - toEndpoints:
        - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, "k8s:k8s-app": kube-dns}
        toPorts: [{ports: [{port: "53", protocol: ANY}], rules: {dns: [{matchPattern: "*"}]}}]
      """;

  private static final String DENY =
      """
      endpointSelector: {matchLabels: {app: %s}}
      ingressDeny: [{fromEndpoints: [{matchLabels: {app: %s}}]}]
      """;

  private static final String DENY_ALL =
      """
      endpointSelector: {}
      ingressDeny: [{fromEndpoints: [{matchLabels: {tier: evil}}]}]
      """;

  private static final String EVERYBODY =
      """
      endpointSelector: {matchExpressions: [{key: app, operator: Exists}]}
      egressDeny: [{toCIDR: [169.254.169.254/32]}]
      egress: [{toEntities: [world]}]
      enableDefaultDeny: {egress: false}
      """;
}
