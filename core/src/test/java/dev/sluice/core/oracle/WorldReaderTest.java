package dev.sluice.core.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.EnforcementMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What of Kubernetes' objects makes the oracle's world. */
class WorldReaderTest {
  private final TreeMap<ObjectKey, Map<String, Object>> objects = new TreeMap<>();

  private WorldReaderTest put(
      String kind, String namespace, String name, Map<String, Object> body) {
    objects.put(new ObjectKey(kind, namespace, name), body);
    return this;
  }

  private World world() {
    return WorldReader.read(objects, World.Settings.DEFAULT, List.of());
  }

  private static Map<String, Object> pod(Map<String, Object> spec, Map<String, Object> status) {
    return Map.of("spec", spec, "status", status);
  }

  private static List<String> texts(List<IpAddress> addresses) {
    return addresses.stream().map(IpAddress::toString).toList();
  }

  private static Map<String, Object> at(String address) {
    return Map.of("podIP", address);
  }

  @Test
  void aPodIsThereWhenItHasAPlaceAndAnAddress() {
    Map<String, Object> placed = Map.of("nodeName", "n");
    put("Pod", "shop", "there", pod(placed, at("10.0.1.10")));
    put("Pod", "shop", "nowhere", pod(Map.of(), at("10.0.1.11")));
    put("Pod", "shop", "nameless", pod(placed, Map.of()));
    put("Pod", "shop", "garbled", pod(placed, at("10.0.1.x")));
    put(
        "Pod",
        "shop",
        "of-the-node",
        pod(Map.of("nodeName", "n", "hostNetwork", true), at("172.31.0.1")));
    for (String phase : List.of("Succeeded", "Failed", "Running")) {
      String name = "p-" + phase.toLowerCase(java.util.Locale.ROOT);
      put("Pod", "shop", name, pod(placed, Map.of("podIP", "10.0.1.12", "phase", phase)));
    }
    assertEquals(
        List.of("p-running", "there"), world().pods().stream().map(World.Pod::name).toList());
  }

  @Test
  void aPodHasEachAddressOnce() {
    put(
        "Pod",
        "shop",
        "p",
        pod(
            Map.of("nodeName", "n"),
            Map.of(
                "podIP",
                "10.0.1.10",
                "podIPs",
                List.of(Map.of("ip", "10.0.1.10"), Map.of("ip", "fd00::1")))));
    World.Pod pod = world().pods().getFirst();
    assertEquals(List.of("10.0.1.10", "fd00::1"), texts(pod.addresses()));
    assertEquals("default", pod.serviceAccount());
    assertEquals("n", pod.node());
  }

  @Test
  void containersNamePortsByProtocol() {
    Map<String, Object> containers =
        Map.of(
            "nodeName",
            "n",
            "serviceAccountName",
            "robot",
            "containers",
            List.of(
                Map.of(
                    "ports",
                    List.of(
                        Map.of("name", "http", "containerPort", 80L),
                        Map.of("name", "dns", "containerPort", 53L, "protocol", "UDP"),
                        Map.of("containerPort", 1L))),
                Map.of(
                    "ports",
                    List.of(Map.of("name", "sig", "containerPort", 2905L, "protocol", "SCTP")))));
    put("Pod", "shop", "p", pod(containers, at("10.0.1.10")));
    World.Pod pod = world().pods().getFirst();
    assertEquals(
        List.of(
            new World.NamedPort("http", 80, 6),
            new World.NamedPort("dns", 53, 17),
            new World.NamedPort("sig", 2905, 132)),
        pod.namedPorts());
    assertEquals("robot", pod.serviceAccount());
  }

  @Test
  void aNodeHasItsInternalAddressesAndItsGateways() {
    put(
        "Node",
        "",
        "n",
        Map.of(
            "spec",
            Map.of(
                "podCIDR",
                "10.0.1.0/24",
                "podCIDRs",
                List.of("10.0.1.0/24", "fd00:1::/64", "no", "10.9.9.9/32")),
            "status",
            Map.of(
                "addresses",
                List.of(
                    Map.of("type", "InternalIP", "address", "172.31.0.1"),
                    Map.of("type", "Hostname", "address", "172.31.0.9"),
                    Map.of("type", "InternalIP", "address", "n.local")))));
    World.Node node = world().nodes().getFirst();
    assertEquals(List.of("172.31.0.1", "10.0.1.1", "fd00:1::1"), texts(node.addresses()));
    assertEquals(3, node.podCidrs().size());
  }

  @Test
  void endpointsAreThoseOfTheServicesOwnSlices() {
    Map<String, Object> endpoints = Map.of("addresses", List.of("203.0.113.2", 5L, "x"));
    put("Service", "shop", "far", Map.of("metadata", Map.of("labels", Map.of("tier", "a"))));
    put("EndpointSlice", "shop", "far-1", slice("far", endpoints));
    put("EndpointSlice", "shop", "near-1", slice("near", Map.of("addresses", List.of("1.1.1.1"))));
    put("EndpointSlice", "bank", "far-1", slice("far", Map.of("addresses", List.of("2.2.2.2"))));
    put("EndpointSlice", "default", "k", slice("kubernetes", endpoints));
    World world = world();
    assertEquals(List.of("203.0.113.2"), texts(world.services().getFirst().endpoints()));
    assertEquals(Map.of("tier", "a"), world.services().getFirst().labels());
    assertEquals(List.of("203.0.113.2"), texts(world.apiServers()));
  }

  private static Map<String, Object> slice(String service, Map<String, Object> endpoints) {
    return Map.of(
        "metadata",
        Map.of("labels", Map.of("kubernetes.io/service-name", service)),
        "endpoints",
        List.of(endpoints));
  }

  @Test
  void labelsThatSayNothingAboutAWorkloadAreNone() {
    put("Namespace", "", "shop", Map.of("metadata", Map.of("labels", Map.of("team", "a"))));
    put(
        "Pod",
        "shop",
        "p",
        Map.of(
            "metadata",
            Map.of(
                "labels",
                Map.of(
                    "app",
                    "web",
                    "app.kubernetes.io/name",
                    "web",
                    "pod-template-hash",
                    "h1",
                    "topology.kubernetes.io/zone",
                    "z",
                    "io.cilium.k8s.policy.cluster",
                    "mine")),
            "spec",
            Map.of("nodeName", "n"),
            "status",
            at("10.0.1.10")));
    World world = world();
    String labels = Oracle.of(world).labels(world.pods().getFirst()).toString();
    assertEquals(
        List.of(true, true, false, false, false, true, true),
        List.of(
                "k8s:app=web",
                "k8s:app.kubernetes.io/name=web",
                "pod-template-hash",
                "zone",
                "mine",
                "k8s:io.cilium.k8s.namespace.labels.team=a",
                "k8s:io.cilium.k8s.policy.cluster=default")
            .stream()
            .map(labels::contains)
            .toList(),
        labels);
  }

  @Test
  void settingsOfTheClusterCount() {
    assertEquals(EnforcementMode.DEFAULT, world().settings().enforcement());
    put("SluiceSettings", "", "cluster", Map.of("spec", Map.of("policyEnforcementMode", "always")));
    assertEquals(EnforcementMode.ALWAYS, world().settings().enforcement());
  }

  @Test
  void whatPodsOfSluiceNeedIsAPolicyOfTheSettings() {
    put("SluiceSettings", "", "cluster", Map.of("spec", Map.of("systemNamespace", "sluice")));
    assertEquals(
        List.of("SluiceSettings//cluster"),
        world().policies().stream().map(policy -> policy.key().toString()).toList());
    put("SluiceSettings", "", "cluster", Map.of("spec", Map.of()));
    assertEquals(List.of(), world().policies());
  }

  @Test
  void onlySlicesSayWhereAServiceIs() {
    Map<String, Object> slice =
        Map.of(
            "metadata",
            Map.of("labels", Map.of("kubernetes.io/service-name", "kubernetes")),
            "endpoints",
            List.of(Map.of("addresses", List.of("203.0.113.1"))));
    put("ConfigMap", "default", "kubernetes", slice);
    assertEquals(List.of(), world().apiServers());
    put("EndpointSlice", "default", "kubernetes", slice);
    assertEquals(List.of("203.0.113.1"), texts(world().apiServers()));
  }
}
