package dev.sluice.ingest.world;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.service.SliceReader;
import dev.sluice.ingest.manifest.ContentHash;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A Service as the EndpointSlice controller sees it.
 *
 * @param spec as the log has it, with families filled in
 */
record SelectedService(ObjectKey key, SortedMap<String, String> selector, ObjectBody spec) {
  private static final String CONTROLLER = "endpointslice-controller.k8s.io";
  private static final int HASH_DIGITS = 8;

  static SelectedService of(SourceObject object) {
    ObjectBody spec = ObjectBody.of(JsonTree.parse(object.body())).object("spec");
    return new SelectedService(object.key(), spec.textMap("selector"), spec);
  }

  /** Whether slices are made for it; else somebody else writes them. */
  boolean selects() {
    return !selector.isEmpty() && !spec.text("type").equals("ExternalName");
  }

  boolean selects(ServingPod pod) {
    return pod.labels().entrySet().containsAll(selector.entrySet());
  }

  /**
   * The slices: one for each family and each way in which the Service's ports are the pods' ports.
   *
   * @param zones of nodes, by name
   */
  List<SourceObject> slices(List<ServingPod> pods, Map<String, String> zones) {
    List<SourceObject> slices = new ArrayList<>();
    for (String family : spec.texts("ipFamilies").toList()) {
      Map<List<Object>, List<Object>> byPorts = new java.util.LinkedHashMap<>();
      for (ServingPod pod : pods) {
        List<String> addresses =
            pod.addresses().stream()
                .filter(ip -> ip.contains(":") == family.equals("IPv6"))
                .toList();
        if (!addresses.isEmpty()) {
          byPorts
              .computeIfAbsent(ports(pod), unused -> new ArrayList<>())
              .add(endpoint(pod, addresses.getFirst(), zones.getOrDefault(pod.node(), "")));
        }
      }
      byPorts.forEach((ports, endpoints) -> slices.add(slice(family, ports, endpoints)));
    }
    return slices;
  }

  /** The Service's ports as numbers of this pod; a name that it does not have is left out. */
  private List<Object> ports(ServingPod pod) {
    List<Object> ports = new ArrayList<>();
    spec.objects("ports")
        .forEach(
            port -> {
              String protocol = port.text("protocol").isEmpty() ? "TCP" : port.text("protocol");
              String target = port.text("targetPort");
              int number =
                  target.isEmpty() || target.equals("0")
                      ? port.number("port")
                      : target.matches("[0-9]{1,5}")
                          ? Integer.parseInt(target)
                          : pod.ports().getOrDefault(target + "/" + protocol, 0);
              if (number != 0) {
                Map<String, Object> entry = new TreeMap<>();
                entry.put("name", port.text("name"));
                entry.put("port", (long) number);
                entry.put("protocol", protocol);
                ports.add(entry);
              }
            });
    return ports;
  }

  private Map<String, Object> endpoint(ServingPod pod, String address, String zone) {
    boolean always = spec.isTrue("publishNotReadyAddresses");
    Map<String, Object> endpoint = new TreeMap<>();
    endpoint.put("addresses", List.of(address));
    endpoint.put(
        "conditions",
        new TreeMap<>(
            Map.of(
                "ready", always || pod.ready() && !pod.leaving(),
                "serving", always || pod.ready(),
                "terminating", pod.leaving())));
    endpoint.put("nodeName", pod.node());
    endpoint.put(
        "targetRef",
        new TreeMap<>(
            Map.of(
                "kind", "Pod",
                "namespace", key.namespace(),
                "name", pod.name(),
                "uid", pod.uid())));
    if (!zone.isEmpty()) {
      endpoint.put("zone", zone);
    }
    hints(endpoint, pod.node(), zone);
    return endpoint;
  }

  private void hints(Map<String, Object> endpoint, String node, String zone) {
    Map<String, Object> hints = new TreeMap<>();
    String wanted = spec.text("trafficDistribution");
    if (!wanted.isEmpty() && !zone.isEmpty()) {
      hints.put("forZones", List.of(Map.of("name", zone)));
    }
    if (wanted.equals("PreferSameNode") && !node.isEmpty()) {
      hints.put("forNodes", List.of(Map.of("name", node)));
    }
    if (!hints.isEmpty()) {
      endpoint.put("hints", hints);
    }
  }

  private SourceObject slice(String family, List<Object> ports, List<Object> endpoints) {
    String hash = ContentHash.of(family + ports).substring(0, HASH_DIGITS);
    ObjectKey name = new ObjectKey("EndpointSlice", key.namespace(), key.name() + "-" + hash);
    String uid = ContentHash.uuid(name.toString());
    Map<String, Object> metadata = new TreeMap<>();
    metadata.put("name", name.name());
    metadata.put("namespace", name.namespace());
    metadata.put("uid", uid);
    metadata.put(
        "labels",
        new TreeMap<>(
            Map.of(
                SliceReader.SERVICE_LABEL,
                key.name(),
                "endpointslice.kubernetes.io/managed-by",
                CONTROLLER)));
    Map<String, Object> body = new TreeMap<>();
    body.put("apiVersion", "discovery.k8s.io/v1");
    body.put("kind", "EndpointSlice");
    body.put("metadata", metadata);
    body.put("addressType", family);
    body.put("ports", ports);
    body.put("endpoints", endpoints);
    String text = JsonTree.print(body);
    // Not a file: whoever adopts a file's objects must not take these for declared.
    return new SourceObject(
        name, "discovery.k8s.io/v1", uid, ContentHash.of(text), CONTROLLER, text);
  }
}
