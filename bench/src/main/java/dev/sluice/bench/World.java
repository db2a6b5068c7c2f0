package dev.sluice.bench;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Manifests of a large cluster: nodes that no machine stands for, with endpoints that are records
 * without namespaces. Identity k is the label {@code app: w-k}; policy k lets k+1 reach it.
 */
final class World {
  private static final int PODS_A_NODE = 250;

  /** A node without pods, with room for 65 000 in 10.127.0.0/16. */
  static final String SPARE = "far-spare";

  private static final String SPARE_NODE =
      """
      ---
      apiVersion: v1
      kind: Node
      metadata: {name: far-spare}
      spec: {podCIDRs: ["10.127.0.0/16", "fd00:20:1::/64"]}
      status: {addresses: [{type: InternalIP, address: 172.31.0.1}]}
      """;

  private World() {}

  /** A world of this size; endpoints are spread evenly over identities. */
  static String manifests(int policies, int identities, int endpoints) {
    StringBuilder text = new StringBuilder();
    int nodes = (endpoints + PODS_A_NODE - 1) / PODS_A_NODE;
    for (int node = 0; node < nodes; node++) {
      text.append(node(node));
    }
    text.append(SPARE_NODE);
    for (int pod = 0; pod < endpoints; pod++) {
      text.append(pod(pod, pod % identities));
    }
    for (int policy = 0; policy < policies; policy++) {
      text.append(policy("world", "p-" + policy, "w-" + policy, "w-" + (policy + 1) % identities));
    }
    return text.toString();
  }

  private static String node(int index) {
    return """
    ---
    apiVersion: v1
    kind: Node
    metadata: {name: far-%d}
    spec: {podCIDRs: ["10.%d.%d.0/24", "fd00:20:0:%x::/64"]}
    status: {addresses: [{type: InternalIP, address: 172.30.%d.%d}]}
    """
        .formatted(
            index, 64 + index / 256, index % 256, index + 1, 1 + index / 250, 1 + index % 250);
  }

  private static String pod(int index, int identity) {
    int node = index / PODS_A_NODE;
    return pod(
        "w-%d-p%d".formatted(identity, index),
        identity,
        "10.%d.%d.%d".formatted(64 + node / 256, node % 256, 2 + index % PODS_A_NODE),
        "far-" + node);
  }

  /**
   * A pod that no machine runs. Names that differ in the number at their end alone are taken for
   * one workload, whose pods should have one identity.
   */
  static String pod(String name, int identity, String ip, String node) {
    return """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: %s, namespace: world, labels: {app: w-%d}, annotations: {sluice.dev/ip: %s}}
    spec: {nodeName: %s}
    """
        .formatted(name, identity, ip, node);
  }

  /** A policy by which {@code from} reaches {@code to} on 8080/TCP. */
  static String policy(String namespace, String name, String to, String from) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: %s, namespace: %s}
    spec:
      endpointSelector: {matchLabels: {app: %s}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: %s}}]
        toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
    """
        .formatted(name, namespace, to, from);
  }

  /** A pod that does nothing by itself, on node 1 of the lab. */
  static String idlePod(String namespace, String name, String app) {
    return """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: %s, namespace: %s, labels: {app: %s}}
    spec:
      nodeName: node-1
      containers: [{name: idle, command: [sleep, infinity]}]
    """
        .formatted(name, namespace, app);
  }

  /** Addresses of that many peers outside the pods, for the alternatives' sets. */
  static String peers(int count, String separator) {
    return IntStream.range(0, count)
        .mapToObj(i -> "172.%d.%d.%d".formatted(16 + (i >> 16), (i >> 8) & 255, i & 255))
        .collect(Collectors.joining(separator));
  }
}
