package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.Yaml;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each mistake that people make, told while it is there and no longer. */
class PolicyChecksTest {
  private static LogBuilder shop() {
    return namespace(LogBuilder.whole(), "shop")
        .ownedPod("shop", "backend-0", "Deployment", "backend", "app=backend")
        .pod("shop", "frontend", "app=frontend");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> body(String yaml) {
    return (Map<String, Object>) Yaml.of(yaml);
  }

  private static LogBuilder namespace(LogBuilder log, String name) {
    return object(log, ObjectEvent.Type.ADDED, "Namespace", "", name, "metadata: {}");
  }

  private static LogBuilder object(
      LogBuilder log,
      ObjectEvent.Type type,
      String kind,
      String namespace,
      String name,
      String body) {
    return log.add(
        type, new ObjectKey(kind, namespace, name), name + ".yaml:1", body(body), List.of());
  }

  private static LogBuilder policy(LogBuilder log, String name, String spec) {
    return log.policy("shop", name, body(spec));
  }

  private static List<DiagnosticRecord> told(LogBuilder log) {
    return log.fold().diagnostics();
  }

  private static DiagnosticRecord only(LogBuilder log) {
    List<DiagnosticRecord> all = told(log);
    assertEquals(1, all.size(), all::toString);
    return all.getFirst();
  }

  @Test
  void aLabelThatNobodyHas() {
    LogBuilder log =
        policy(
            shop(),
            "p",
            """
            endpointSelector: {matchLabels: {app: backend}}
            ingress: [{fromEndpoints: [{matchLabels: {app: frontned}}]}]
            """);
    assertEquals(
        "matches no endpoint: no pod in shop has app=frontned; shop has app=frontend, 1 edit away",
        only(log).message());
    log.pod("shop", "x", "app=frontned");
    assertEquals(List.of(), told(log));
  }

  @Test
  void aLabelOfAnotherNamespace() {
    LogBuilder log = namespace(shop(), "web").pod("web", "edge", "app=edge");
    policy(
        log,
        "p",
        """
        endpointSelector: {matchLabels: {app: backend}}
        ingress: [{fromEndpoints: [{matchLabels: {app: edge}}]}]
        """);
    assertEquals(
        "matches no endpoint: no pod in shop has app=edge; web has: to mean it, add"
            + " k8s:io.kubernetes.pod.namespace: web",
        only(log).message());
  }

  @Test
  void whatToDoToMeanAnotherNamespaceIsOfThePoliciesKind() {
    LogBuilder log = namespace(shop(), "web").pod("web", "edge", "app=edge");
    policy(log, "p", "{endpointSelector: {matchLabels: {app: edge}}, ingress: [{}]}");
    assertEquals(
        "selects no endpoint: no pod in shop has app=edge; web has: to mean it, put the policy"
            + " there",
        only(log).message());
    log.deletePolicy("shop", "p");
    String spec =
        "spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: edge}}}]}]}";
    object(log, ObjectEvent.Type.ADDED, "NetworkPolicy", "shop", "p", spec);
    assertEquals(
        "matches no endpoint: no pod in shop has app=edge; web has: to mean it, add"
            + " namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}",
        told(log).getLast().message());
  }

  @Test
  void namesOfAClusterNetworkPolicyAreToldByItsOwnFields() {
    LogBuilder log =
        object(
            shop(),
            ObjectEvent.Type.ADDED,
            "ClusterNetworkPolicy",
            "",
            "p",
            """
            spec:
              tier: Admin
              priority: 1
              subject: {namespaces: {}}
              egress: [{action: Accept, to: [{domainNames: ["*.x.com"]}]}]
            """);
    List<DiagnosticRecord> told = told(log);
    assertEquals(
        List.of(PolicyWarnings.FQDN_WITHOUT_DNS, PolicyWarnings.PATTERN_WITHOUT_APEX),
        told.stream().map(DiagnosticRecord::code).toList());
    assertTrue(
        told.getFirst().message().contains(": write a CiliumClusterwideNetworkPolicy with egress:"),
        told.getFirst().message());
    assertEquals(
        "*.x.com does not match x.com itself: add \"x.com\" if that is meant too",
        told.getLast().message());
  }

  @Test
  void aNamespaceThatDoesNotExist() {
    LogBuilder log =
        policy(
            shop(),
            "p",
            """
            endpointSelector: {matchLabels: {app: backend}}
            ingress: [{fromEndpoints: [{matchLabels: {"k8s:io.kubernetes.pod.namespace": shpo}}]}]
            """);
    assertEquals(PolicyWarnings.NO_NAMESPACE, only(log).code());
    assertEquals(
        "the namespace shpo does not exist; there is shop, 1 edit away", only(log).message());
    assertEquals("spec.ingress[0].fromEndpoints[0]", only(log).path());
    namespace(log, "shpo");
    assertEquals(PolicyWarnings.PEER_MATCHES_NOTHING, only(log).code());
    object(log, ObjectEvent.Type.DELETED, "Namespace", "", "shpo", "metadata: {}");
    assertEquals(PolicyWarnings.NO_NAMESPACE, only(log).code());
  }

  private static final String ASKS =
      """
      endpointSelector: {matchLabels: {app: backend}}
      egress:
      - toFQDNs: [{matchName: api.x.com}]
      - %s
        toPorts: [{ports: [{port: "%s", protocol: ANY}], rules: {dns: [{matchPattern: "*"}]}}]
      """;

  private static final String ADD =
      ": add to egress: - {toEndpoints: [{matchLabels: {\"k8s:io.kubernetes.pod.namespace\":"
          + " kube-system, \"k8s:k8s-app\": kube-dns}}], toPorts: [{ports: [{port: \"53\","
          + " protocol: ANY}], rules: {dns: [{matchName: \"api.x.com\"}]}}]}";

  private static LogBuilder withDns() {
    LogBuilder log = namespace(shop(), "kube-system").pod("kube-system", "dns", "k8s-app=kube-dns");
    return object(
        log,
        ObjectEvent.Type.ADDED,
        "Service",
        "kube-system",
        "kube-dns",
        "spec: {clusterIP: 10.96.0.10, selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol:"
            + " UDP}]}");
  }

  @Test
  void questionsThatDoNotReachTheClustersDns() {
    for (String reaches :
        List.of(
            "toEndpoints: [{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": kube-system}}]",
            "toServices: [{k8sService: {serviceName: kube-dns, namespace: kube-system}}]",
            "toEntities: [cluster]",
            "toEntities: [host]",
            "toEntities: [all]")) {
      assertEquals(List.of(), told(policy(withDns(), "p", ASKS.formatted(reaches, "53"))), reaches);
    }
    assertEquals(
        List.of(),
        told(policy(withDns(), "p", ASKS.formatted("toEntities: [cluster]", "5353"))),
        "names of DNS say what the port is for");
    assertEquals(
        "pods of shop may ask others on port 53, but not the cluster's DNS (Service"
            + " kube-system/kube-dns)"
            + ADD,
        only(policy(withDns(), "p", ASKS.formatted("toEntities: [world]", "53"))).message());
    assertEquals(
        "pods of shop may ask 10.96.0.10 on port 53, which is the address of Service"
            + " kube-system/kube-dns, and policy sees its pods"
            + ADD,
        only(policy(withDns(), "p", ASKS.formatted("toCIDR: [10.96.0.0/16]", "53"))).message());
  }

  @Test
  void whoTheClustersDnsIsChanges() {
    LogBuilder log = policy(shop(), "p", ASKS.formatted("toEndpoints: [{}]", "53"));
    assertEquals(List.of(), told(log), "nobody knows");
    log.pod("kube-system", "dns", "k8s-app=kube-dns");
    assertEquals(List.of(), told(log), "still nobody knows");
    String service = "spec: {selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol: UDP}]}";
    object(log, ObjectEvent.Type.ADDED, "Service", "kube-system", "kube-dns", service);
    assertEquals(PolicyWarnings.FQDN_WITHOUT_DNS, only(log).code());
    log.deletePod("kube-system", "dns").release("kube-system", "k8s-app=kube-dns");
    assertEquals(List.of(), told(log), "no backend");
    log.pod("kube-system", "dns-2", "k8s-app=kube-dns");
    assertEquals(PolicyWarnings.FQDN_WITHOUT_DNS, only(log).code());
    object(log, ObjectEvent.Type.DELETED, "Service", "kube-system", "kube-dns", service);
    assertEquals(List.of(), told(log), "no Service");
  }

  @Test
  void aNetworkPolicyIsToldByItsOwnFields() {
    LogBuilder log =
        object(
            shop(),
            ObjectEvent.Type.ADDED,
            "NetworkPolicy",
            "shop",
            "p",
            """
            spec:
              podSelector: {matchLabels: {app: bakend}}
              ingress:
              - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shpo}}}]
              - from: [{namespaceSelector: {matchLabels: {team: red}}}]
            """);
    assertEquals(
        List.of(
            "spec.ingress[0].from[0]: the namespace shpo does not exist; there is shop, 1 edit"
                + " away",
            "spec.ingress[1].from[0]: matches no endpoint: no pod is in a namespace with team=red",
            "spec.podSelector: selects no endpoint: no pod in shop has app=bakend; shop has"
                + " app=backend, 1 edit away"),
        told(log).stream().map(one -> one.path() + ": " + one.message()).sorted().toList());
    namespace(log, "shpo");
    assertTrue(
        told(log).stream().noneMatch(one -> one.code().equals(PolicyWarnings.NO_NAMESPACE)),
        () -> told(log).toString());
  }

  @Test
  void aClusterNetworkPolicyIsToldByItsOwnFields() {
    LogBuilder log =
        object(
            shop(),
            ObjectEvent.Type.ADDED,
            "ClusterNetworkPolicy",
            "",
            "p",
            """
            spec:
              tier: Admin
              priority: 1
              subject: {pods: {podSelector: {matchLabels: {app: bakend}}}}
              ingress: [{action: Deny, from: [{namespaces: {}}]}]
            """);
    assertEquals("spec.subject", only(log).path());
  }

  private static final String TO_PORT_80 =
      """
      endpointSelector: {matchLabels: {app: backend}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: frontend}}]
        toPorts: [{ports: [{port: "80", protocol: TCP}]}]
      """;

  private static LogBuilder service(LogBuilder log, ObjectEvent.Type type, int target) {
    return object(
        log,
        type,
        "Service",
        "shop",
        "backend",
        "spec: {selector: {app: backend}, ports: [{port: 80, targetPort: " + target + "}]}");
  }

  @Test
  void theServicesPortInsteadOfTheContainers() {
    LogBuilder log = policy(shop(), "p", TO_PORT_80);
    assertEquals(List.of(), told(log));
    service(log, ObjectEvent.Type.ADDED, 8080);
    assertEquals(PolicyWarnings.SERVICE_PORT, only(log).code());
    assertEquals("spec.ingress[0].toPorts[0].ports[0]", only(log).path());
    assertEquals(
        "80 is the port of Service shop/backend, and policy sees the port of the container: write"
            + " \"8080\"",
        only(log).message());
    service(log, ObjectEvent.Type.MODIFIED, 80);
    assertEquals(List.of(), told(log));
    service(log, ObjectEvent.Type.MODIFIED, 8080);
    service(log, ObjectEvent.Type.DELETED, 8080);
    assertEquals(List.of(), told(log));
  }

  @Test
  void theServicesPortOnTheWayOut() {
    LogBuilder log = service(shop(), ObjectEvent.Type.ADDED, 8080);
    policy(
        log,
        "p",
        """
        endpointSelector: {matchLabels: {app: frontend}}
        egress:
        - toEndpoints: [{matchLabels: {app: backend}}]
          toPorts: [{ports: [{port: "80"}]}]
        """);
    assertEquals(PolicyWarnings.SERVICE_PORT, only(log).code());
    assertEquals("spec.egress[0].toPorts[0].ports[0]", only(log).path());
  }

  @Test
  void anAllowThatIsDeniedWhole() {
    LogBuilder log = policy(shop(), "p", TO_PORT_80);
    policy(
        log,
        "deny",
        """
        endpointSelector: {matchLabels: {app: backend}}
        ingressDeny: [{fromEndpoints: [{}], toPorts: [{ports: [{port: "1", endPort: 100}]}]}]
        """);
    assertEquals(PolicyWarnings.ALLOW_UNREACHABLE, only(log).code());
    assertEquals("CiliumNetworkPolicy/shop/p", only(log).object().toString());
    assertEquals(
        "allows nothing: CiliumNetworkPolicy/shop/deny spec.ingressDeny[0].toPorts[0].ports[0]"
            + " denies all of it",
        only(log).message());
    log.deletePolicy("shop", "deny");
    assertEquals(List.of(), told(log));
  }

  @Test
  void anAllowOfWhichSomethingIsLeftIsNotTold() {
    LogBuilder log = policy(shop(), "p", TO_PORT_80);
    policy(
        log,
        "deny",
        """
        endpointSelector: {matchLabels: {app: backend}}
        ingressDeny: [{fromEndpoints: [{matchLabels: {app: frontend, tier: x}}]}]
        """);
    assertTrue(
        told(log).stream().noneMatch(o -> o.code().equals(PolicyWarnings.ALLOW_UNREACHABLE)),
        () -> told(log).toString());
  }

  @Test
  void aDefaultDenyBeforeItsAllows() {
    LogBuilder log = policy(shop(), "p", "{endpointSelector: {}, ingress: [], egress: []}");
    assertEquals(PolicyWarnings.CUTS_ALL, only(log).code());
    assertEquals(Finding.Severity.WARNING, only(log).severity());
    assertTrue(only(log).message().contains("and 1 other identity"), only(log).message());
    policy(log, "out", "{endpointSelector: {}, egress: [{toEntities: [world]}]}");
    assertEquals(Finding.Severity.NOTE, only(log).severity());
    assertEquals("spec.ingress", only(log).path());
    policy(log, "in", "{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}");
    assertEquals(List.of(), told(log));
    log.deletePolicy("shop", "in").deletePolicy("shop", "out");
    assertEquals(Finding.Severity.WARNING, only(log).severity());
    log.deletePod("shop", "backend-0").deletePod("shop", "frontend");
    assertEquals(PolicyWarnings.SELECTS_NOTHING, only(log).code());
  }

  @Test
  void aLabelThatMakesEveryPodAnIdentity() {
    LogBuilder log = LogBuilder.whole();
    for (int i = 0; i < 3; i++) {
      log.ownedPod("shop", "web-" + i, "StatefulSet", "web", "app=web", "instance=" + i);
    }
    assertEquals(WorkloadCheck.IDENTITY_PER_POD, only(log).code());
    assertEquals("StatefulSet/shop/web", only(log).object().toString());
    assertTrue(only(log).message().contains("the label instance"), only(log).message());
    log.ownedPod("shop", "web-3", "StatefulSet", "web", "app=web", "instance=2");
    assertEquals(WorkloadCheck.SEVERAL_IDENTITIES, only(log).code());
    log.deletePod("shop", "web-3");
    assertEquals(WorkloadCheck.IDENTITY_PER_POD, only(log).code());
    log.deletePod("shop", "web-2");
    assertEquals(WorkloadCheck.SEVERAL_IDENTITIES, only(log).code());
    log.deletePod("shop", "web-1");
    assertEquals(List.of(), told(log));
  }

  @Test
  void aRestartTellsWhatWasTold() {
    LogBuilder log = service(policy(shop(), "p", TO_PORT_80), ObjectEvent.Type.ADDED, 8080);
    PolicyFold fold = log.fold();
    PolicyFold restored = PolicyFold.restore(PolicySnapshot.decode(fold.snapshot().encode()));
    assertEquals(fold.diagnostics(), restored.diagnostics());
    int before = log.size();
    service(log, ObjectEvent.Type.DELETED, 8080);
    LogBuilder.Entry entry = log.entries().get(before);
    restored.apply(entry.event(), entry.changes());
    assertEquals(List.of(), restored.diagnostics());
  }
}
