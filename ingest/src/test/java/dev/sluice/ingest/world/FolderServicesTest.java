package dev.sluice.ingest.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a folder gives Services: addresses, node ports and EndpointSlices. */
class FolderServicesTest {
  private static final String NODES =
      """
      apiVersion: v1
      kind: Node
      metadata: {name: node-1, labels: {topology.kubernetes.io/zone: a}}
      spec: {podCIDRs: [10.0.1.0/24, "fd00:10:0:1::/64"]}
      """;
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        selector: {app: web}
        ipFamilyPolicy: PreferDualStack
        ports: [{port: 80, targetPort: http}]
      """;

  private final WorldDriver world = new WorldDriver();

  private static String pod(String name, String more) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s, namespace: shop, labels: {app: web}%s}
    spec:
      containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]
    """
        .formatted(name, more);
  }

  @Test
  void aServiceGetsAddressesAndKeepsThemOverARestart() {
    world.first("n.yaml", NODES, "s.yaml", SERVICE);
    assertEquals("[10.96.1.0, fd00:10:96::100]", clusterIps("web"));
    world.step("t.yaml", SERVICE.replace("name: web", "name: two"));
    assertEquals("[10.96.1.1, fd00:10:96::101]", clusterIps("two"));
    world.step("s.yaml", null);
    world.first("n.yaml", NODES, "t.yaml", SERVICE.replace("name: web", "name: two"));
    assertEquals("[10.96.1.1, fd00:10:96::101]", clusterIps("two"));
    world.step("u.yaml", SERVICE.replace("name: web", "name: three"));
    assertEquals("[10.96.1.0, fd00:10:96::100]", clusterIps("three"));
    world.step("u.yaml", null);
    world.step("v.yaml", SERVICE.replace("name: web", "name: four"));
    assertEquals("[10.96.1.0, fd00:10:96::100]", clusterIps("four"));
    world.step("w.yaml", SERVICE.replace("name: web", "name: five"));
    assertEquals("[10.96.1.2, fd00:10:96::102]", clusterIps("five"));
  }

  /** It is a name that no pod's port has. */
  @Test
  void aTextThatNoNumberHoldsIsNoPort() {
    world.first(
        "n.yaml",
        NODES,
        "s.yaml",
        SERVICE.replace("targetPort: http", "targetPort: \"99999999999\""),
        "p.yaml",
        pod("web-0", ""));
    assertEquals(0, slice().objects("ports").count());
  }

  @Test
  void aServiceThatCannotBeReadLeavesTheOneBeforeIt() {
    world.first("n.yaml", NODES, "s.yaml", SERVICE, "p.yaml", pod("web-0", ""));
    List<String> before = slices();
    String spec = world.body("Service/shop/web").get("spec").toString();
    for (String wrong : List.of("targetPort: 4294975376", "targetPort: 99999999999")) {
      world.step(
          "s.yaml", SERVICE.replace("targetPort: http", wrong).replace("app: web", "app: x"));
      assertEquals(
          List.of(
              "REFUSED invalid-value s.yaml:7: spec.ports[0].targetPort: '"
                  + wrong.substring("targetPort: ".length())
                  + "' is no port: write one from 1 to 65535"),
          world.problems());
      assertEquals(before, slices());
      assertEquals(spec, world.body("Service/shop/web").get("spec").toString());
    }
  }

  @Test
  void whoNamesAnAddressHasIt() {
    String named = SERVICE.replace("ipFamilyPolicy: PreferDualStack", "clusterIP: 10.96.1.0");
    world.first(
        "n.yaml", NODES, "a.yaml", SERVICE, "b.yaml", named.replace("name: web", "name: named"));
    assertEquals("[10.96.1.0]", clusterIps("named"));
    assertEquals("[10.96.1.1, fd00:10:96::100]", clusterIps("web"));
  }

  @Test
  void headlessAndExternalNamesGetNone() {
    world.first(
        "n.yaml",
        NODES,
        "a.yaml",
        SERVICE.replace("selector:", "clusterIP: None\n  selector:"),
        "b.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: far, namespace: shop}
        spec: {type: ExternalName, externalName: example.com}
        """);
    assertEquals("[]", clusterIps("web"));
    assertEquals("None", spec("web").text("clusterIP"));
    assertEquals("[]", clusterIps("far"));
  }

  @Test
  void nodePortsAreGivenOutAndKept() {
    String service = SERVICE.replace("selector:", "type: NodePort\n  selector:");
    world.first("n.yaml", NODES, "s.yaml", service);
    assertEquals("30100", nodePort());
    world.first("n.yaml", NODES, "s.yaml", service);
    assertEquals("30100", nodePort());
  }

  private static final int NODE_PORTS = 32_767 - 30_100 + 1;

  /** A Service with so many ports. */
  private static String nodePorts(String name, int count) {
    StringBuilder text = new StringBuilder("apiVersion: v1\nkind: Service\n");
    text.append("metadata: {name: ").append(name).append(", namespace: shop}\n");
    text.append("spec:\n  type: NodePort\n  ports:\n");
    for (int i = 1; i <= count; i++) {
      text.append("  - {name: p%d, port: %d}\n".formatted(i, i));
    }
    return text.toString();
  }

  private List<String> nodePortsOf(String service) {
    return spec(service).objects("ports").map(port -> port.text("nodePort")).toList();
  }

  @Test
  void aServiceForWhichNoNodePortIsLeftWaitsForOne() {
    world.first(
        "n.yaml",
        NODES,
        "a.yaml",
        nodePorts("a", NODE_PORTS - 2),
        "b.yaml",
        nodePorts("b", 1),
        "c.yaml",
        nodePorts("c", 3));
    assertEquals(List.of("32767", "", ""), nodePortsOf("c"));
    assertEquals("10.96.1.2", spec("c").text("clusterIP"), "all else is as ever");
    assertEquals(
        List.of(
            "WARNING no-node-port c.yaml:8: spec.ports[1]: every node port from 30100 to 32767 is"
                + " in use: take a Service out, or write nodePort",
            "WARNING no-node-port c.yaml:9: spec.ports[2]: every node port from 30100 to 32767 is"
                + " in use: take a Service out, or write nodePort"),
        world.problems());
    List<String> told = world.step("b.yaml", null);
    assertTrue(told.contains("~Service/shop/c"), told::toString);
    assertEquals(List.of("32767", "32766", ""), nodePortsOf("c"));
    assertEquals(1, world.problems().size());
    world.step("c.yaml", nodePorts("c", 2));
    assertEquals(List.of("32767", "32766"), nodePortsOf("c"));
    assertEquals(List.of(), world.problems());
  }

  @Test
  void aNodePortThatIsNamedIsHadThoughNoneIsLeft() {
    world.first("n.yaml", NODES, "a.yaml", nodePorts("a", NODE_PORTS + 1));
    assertEquals(1, world.problems().size());
    world.step("d.yaml", nodePorts("d", 1).replace("port: 1}", "port: 1, nodePort: 30050}"));
    assertEquals(List.of("30050"), nodePortsOf("d"));
    world.step("a.yaml", null);
    assertEquals(List.of(), world.problems());
  }

  /** A port that gets another name gives its number back. */
  @Test
  void namesThatChangeUseNoNodePortsUp() {
    String service = nodePorts("a", NODE_PORTS / 2 + 1);
    world.first("n.yaml", NODES, "a.yaml", service);
    for (String prefix : List.of("q", "r", "s")) {
      world.step("a.yaml", service.replace("name: p", "name: " + prefix));
      world.step("a.yaml", service.replaceAll("(?m)^  - .*[02468]}\n", ""));
    }
    world.step("a.yaml", service);
    assertEquals(List.of(), world.problems());
  }

  @Test
  void slicesFollowThePodsThatTheServiceSelects() {
    world.first("n.yaml", NODES, "s.yaml", SERVICE);
    assertEquals(List.of(), slices());
    List<String> told = world.step("p.yaml", pod("a", ""));
    assertEquals("+Pod/shop/a", told.getFirst());
    assertEquals(
        List.of("IPv4 8080 [10.0.1.10 ready node-1]", "IPv6 8080 [fd00:10:0:1::a ready node-1]"),
        slices());
    world.step("q.yaml", pod("b", "").replace("8080", "9090"));
    assertTrue(slices().contains("IPv4 9090 [10.0.1.11 ready node-1]"), slices().toString());
    told = world.step("q.yaml", null);
    assertEquals("-Pod/shop/b", told.getFirst());
    assertEquals(2, slices().size());
    world.step("p.yaml", pod("a", ", deletionTimestamp: \"2026-01-01T00:00:00Z\""));
    assertTrue(slices().getFirst().contains("leaving"), slices().toString());
    told = world.first("n.yaml", NODES, "s.yaml", SERVICE, "p.yaml", pod("a", ""));
    assertTrue(slices().getFirst().contains("ready"), slices().toString());
    world.step("s.yaml", null);
    assertEquals(List.of(), slices());
  }

  @Test
  void aPodThatIsNotReadyIsPublishedOnlyWhereThatIsWanted() {
    String unready = pod("a", "") + "status: {conditions: [{type: Ready, status: \"False\"}]}\n";
    world.first("n.yaml", NODES, "s.yaml", SERVICE, "p.yaml", unready);
    assertTrue(slices().getFirst().contains("unready"), slices().toString());
    world.step(
        "s.yaml", SERVICE.replace("selector:", "publishNotReadyAddresses: true\n  selector:"));
    assertTrue(slices().getFirst().contains(" ready"), slices().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "PreferClose,    a,",
    "PreferSameZone, a,",
    "PreferSameNode, a, node-1",
    "'\"\"',         ,",
  })
  void hintsNameWhereTheServiceWantsTrafficToStay(String wanted, String zone, String node) {
    world.first(
        "n.yaml",
        NODES,
        "s.yaml",
        SERVICE.replace("selector:", "trafficDistribution: " + wanted + "\n  selector:"),
        "p.yaml",
        pod("a", ""));
    ObjectBody hints = slice().objects("endpoints").findFirst().orElseThrow().object("hints");
    assertEquals(zone == null ? List.of() : List.of(zone), names(hints, "forZones"));
    assertEquals(node == null ? List.of() : List.of(node), names(hints, "forNodes"));
  }

  private static List<String> names(ObjectBody hints, String field) {
    return hints.objects(field).map(hint -> hint.text("name")).toList();
  }

  /** An API server does not take it either. */
  @Test
  void aDistributionThatThereIsNotIsRefused() {
    world.first("n.yaml", NODES, "s.yaml", SERVICE);
    world.step(
        "s.yaml", SERVICE.replace("selector:", "trafficDistribution: PreferZone\n  selector:"));
    assertEquals(
        List.of(
            "REFUSED invalid-value s.yaml:5: spec.trafficDistribution: 'PreferZone' is not known:"
                + " write PreferSameZone, PreferSameNode or PreferClose"),
        world.problems());
  }

  private static final String SLICE =
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: own-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      ports: [{port: 8080}]
      endpoints: [{addresses: [10.0.1.9]}]
      """;

  @Test
  void aSliceOfNoServiceIsToldUntilThereIsOne() {
    world.first("n.yaml", NODES, "e.yaml", SLICE);
    assertEquals(
        List.of(
            "WARNING slice-without-service e.yaml:3:"
                + " metadata.labels.kubernetes.io/service-name: there is no Service shop/web whose"
                + " endpoints these are: write it, or another name"),
        world.problems());
    world.step("s.yaml", SERVICE);
    assertEquals(List.of(), world.problems());
    world.step("s.yaml", null);
    assertEquals(1, world.problems().size());
    world.step("e.yaml", SLICE.replaceFirst(", labels.*", "}"));
    assertEquals(
        List.of(
            "WARNING slice-without-service e.yaml:3: metadata.labels: the endpoints belong to no"
                + " Service: write its name as label kubernetes.io/service-name"),
        world.problems());
    world.step("e.yaml", null);
    assertEquals(List.of(), world.problems());
  }

  @Test
  void aSliceIsJudgedByTheServiceThatItNamesNow() {
    String other = SLICE.replaceFirst("name: [^,}]+", "name: other");
    world.first("n.yaml", NODES, "e.yaml", SLICE, "o.yaml", other, "s.yaml", SERVICE);
    assertEquals(List.of(), world.problems());
    world.step("s.yaml", null);
    assertEquals(2, world.problems().size());
    world.step("o.yaml", null);
    assertEquals(1, world.problems().size(), world.problems()::toString);
    world.step("s.yaml", SERVICE);
    world.step("e.yaml", SLICE.replace("service-name: web", "service-name: gone"));
    assertEquals(1, world.problems().size());
    world.step("s.yaml", null);
    assertEquals(1, world.problems().size());
  }

  @Test
  void aKindOfCiliumThatNobodyReadsIsTold() {
    String head = "apiVersion: cilium.io/v2\nkind: %s\nmetadata: {name: a}\n";
    world.first(
        "n.yaml",
        NODES,
        "a.yaml",
        head.formatted("CiliumEgressGatewayPolicy"),
        "b.yaml",
        head.formatted("CiliumNode"),
        "c.yaml",
        head.formatted("CiliumCIDRGroup"));
    assertEquals(
        List.of(
            "WARNING kind-not-read a.yaml:2: kind: nothing follows from a"
                + " CiliumEgressGatewayPolicy: this version does not read the kind"),
        world.problems());
  }

  @Test
  void aBalancerMayDoWithoutNodePorts() {
    String balancer = SERVICE.replace("selector:", "type: LoadBalancer\n  selector:");
    world.first("n.yaml", NODES, "s.yaml", balancer);
    assertEquals(List.of("30100"), nodePortsOf("web"));
    world.first(
        "n.yaml",
        NODES,
        "s.yaml",
        balancer
            .replace("name: web", "name: none")
            .replace("selector:", "allocateLoadBalancerNodePorts: false\n  selector:"));
    assertEquals(List.of(""), nodePortsOf("none"));
  }

  @ParameterizedTest
  @CsvSource({"clusterIP: None", "clusterIPs: [None]"})
  void aHeadlessServiceGetsNoAddress(String field) {
    world.first("n.yaml", NODES, "s.yaml", SERVICE.replace("selector:", field + "\n  selector:"));
    assertTrue(world.problems().isEmpty(), world.problems()::toString);
    assertTrue(List.of("[]", "[None]").contains(clusterIps("web")), clusterIps("web"));
  }

  private ObjectBody spec(String service) {
    return ObjectBody.of(world.body("Service/shop/" + service)).object("spec");
  }

  private String clusterIps(String service) {
    return spec(service).texts("clusterIPs").toList().toString();
  }

  private String nodePort() {
    return spec("web").objects("ports").findFirst().orElseThrow().text("nodePort");
  }

  private ObjectBody slice() {
    return sliceBodies().findFirst().orElseThrow();
  }

  private Stream<ObjectBody> sliceBodies() {
    return world.log.keySet().stream()
        .filter(key -> key.kind().equals("EndpointSlice"))
        .map(ObjectKey::toString)
        .map(key -> ObjectBody.of(world.body(key)));
  }

  private List<String> slices() {
    return sliceBodies().map(FolderServicesTest::text).sorted().toList();
  }

  private static String text(ObjectBody slice) {
    List<String> endpoints = new ArrayList<>();
    for (ObjectBody endpoint : slice.objects("endpoints").toList()) {
      ObjectBody conditions = endpoint.object("conditions");
      String state =
          conditions.isTrue("terminating")
              ? "leaving"
              : conditions.isTrue("ready") ? "ready" : "unready";
      endpoints.add(
          endpoint.texts("addresses").findFirst().orElse("")
              + " "
              + state
              + " "
              + endpoint.text("nodeName"));
    }
    ObjectBody port = slice.objects("ports").findFirst().orElseThrow();
    return "%s %s %s".formatted(slice.text("addressType"), port.text("port"), endpoints);
  }
}
