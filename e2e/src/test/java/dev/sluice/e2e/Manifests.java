package dev.sluice.e2e;

/** Texts of manifests that tests put together. */
final class Manifests {
  static final int PORT = 8080;

  private Manifests() {}

  static String namespace(String name) {
    return """
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: %s}
    """
        .formatted(name);
  }

  /** A pod with label app and a server on {@link #PORT} in both families. */
  static String server(String name, String app, String node, String pinned) {
    return pod(name, app, node, pinned, "[python3, -m, http.server, \"8080\", --bind, \"::\"]");
  }

  /** A pod that only waits. */
  static String client(String name, String app, String node, String pinned) {
    return pod(name, app, node, pinned, "[sleep, infinity]");
  }

  /**
   * @param node empty: the scheduler's choice
   * @param pinned addresses, or empty
   */
  static String pod(String name, String app, String node, String pinned, String command) {
    String annotations =
        pinned.isEmpty() ? "" : ", annotations: {sluice.dev/ip: \"" + pinned + "\"}";
    return """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: %s, namespace: shop, labels: {app: %s}%s}
    spec:
    %s  containers:
      - {name: main, command: %s}
    """
        .formatted(
            name, app, annotations, node.isEmpty() ? "" : "  nodeName: " + node + "\n", command);
  }

  /** Ingress of one app from another, TCP {@link #PORT}. */
  static String allow(String name, String to, String from) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: %s, namespace: shop}
    spec:
      endpointSelector: {matchLabels: {app: %s}}
      ingress:
      - fromEndpoints:
        - matchLabels: {app: %s}
        toPorts:
        - ports: [{port: "8080", protocol: TCP}]
    """
        .formatted(name, to, from);
  }

  /**
   * @param spec what stands between its braces
   */
  static String service(String name, String spec) {
    return """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %s, namespace: shop}
    spec: {%s}
    """
        .formatted(name, spec);
  }

  static String outside(String name, String... addresses) {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: OutsideHost
    metadata: {name: %s}
    spec:
      addresses: ["%s"]
    """
        .formatted(name, String.join("\", \"", addresses));
  }
}
