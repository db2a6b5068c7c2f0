package dev.sluice.core.service;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Events of Services, EndpointSlices and Nodes, with bodies as the API server has them. */
final class ServiceLog {
  private long offset;

  ObjectEvent service(String name, Map<String, Object> spec) {
    return service(name, spec, Map.of());
  }

  ObjectEvent service(String name, Map<String, Object> spec, Map<String, Object> status) {
    return put(new ObjectKey("Service", "shop", name), Map.of("spec", spec, "status", status));
  }

  ObjectEvent slice(
      String name, String service, List<Map<String, Object>> ports, List<Map<String, Object>> to) {
    return put(
        new ObjectKey("EndpointSlice", "shop", name),
        Map.of(
            "metadata",
            Map.of("labels", Map.of("kubernetes.io/service-name", service)),
            "addressType",
            "IPv4",
            "ports",
            ports,
            "endpoints",
            to));
  }

  ObjectEvent node(String name, String zone) {
    return put(
        new ObjectKey("Node", "", name),
        Map.of("metadata", Map.of("labels", Map.of("topology.kubernetes.io/zone", zone))));
  }

  ObjectEvent gone(String kind, String namespace, String name) {
    return event(ObjectEvent.Type.DELETED, new ObjectKey(kind, namespace, name), Map.of());
  }

  ObjectEvent put(ObjectKey key, Map<String, Object> body) {
    return event(ObjectEvent.Type.MODIFIED, key, body);
  }

  private ObjectEvent event(ObjectEvent.Type type, ObjectKey key, Map<String, Object> body) {
    return new ObjectEvent(
        offset++, type, key, "v1", "", "", 0, "shop.yaml:1", 1, 0, new HashMap<>(body));
  }

  /** {@code port("http", 80, "TCP")}; further words are field and value in turn. */
  static Map<String, Object> port(String name, int port, String protocol, Object... more) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", name);
    fields.put("port", (long) port);
    fields.put("protocol", protocol);
    for (int i = 0; i < more.length; i += 2) {
      fields.put((String) more[i], more[i + 1]);
    }
    return fields;
  }

  /**
   * @param state {@code ready}, {@code unready}, {@code leaving} (terminating and serving) or
   *     {@code dead} (terminating)
   */
  static Map<String, Object> endpoint(String address, String state, String node, String... zones) {
    Map<String, Object> conditions = new HashMap<>();
    conditions.put("ready", state.equals("ready"));
    conditions.put("serving", state.equals("ready") || state.equals("leaving"));
    conditions.put("terminating", state.equals("leaving") || state.equals("dead"));
    List<Object> hints = new ArrayList<>();
    for (String zone : zones) {
      hints.add(Map.of("name", zone));
    }
    return Map.of(
        "addresses",
        List.of(address),
        "conditions",
        conditions,
        "nodeName",
        node,
        "hints",
        Map.of("forZones", hints));
  }

  /** Fields and values in turn. */
  static Map<String, Object> spec(Object... words) {
    Map<String, Object> fields = new HashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      fields.put((String) words[i], words[i + 1]);
    }
    return fields;
  }
}
