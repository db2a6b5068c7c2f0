package dev.sluice.core.compile;

import java.util.List;
import java.util.Map;

/** Specs of policies as trees. */
final class Specs {
  private Specs() {}

  static Map<String, Object> selector(String key, String value) {
    return Map.of("matchLabels", Map.of(key, value));
  }

  static Map<String, Object> port(String port, String protocol) {
    return Map.of("ports", List.of(Map.of("port", port, "protocol", protocol)));
  }

  /** The article's first policy: backend accepts from frontend on 8080. */
  static Map<String, Object> allow(String subject, String peer) {
    return Map.of(
        "endpointSelector",
        selector("app", subject),
        "ingress",
        List.of(
            Map.of(
                "fromEndpoints",
                List.of(selector("app", peer)),
                "toPorts",
                List.of(port("8080", "TCP")))));
  }

  /** The article's last policy. */
  static Map<String, Object> denyAll() {
    return Map.of("endpointSelector", Map.of(), "ingress", List.of(), "egress", List.of());
  }
}
