package dev.sluice.bench.soak;

import dev.sluice.lab.drive.HeldConnection;
import java.util.List;
import java.util.Random;

/**
 * A connection between two nodes that a policy allows, and that must never stall for three seconds,
 * whatever becomes of everything else. Its own step rewrites the policy with another rule beside
 * it, so that the connection is judged again.
 */
final class LongConnection implements Scenario {
  private HeldConnection connection;
  private int version;

  @Override
  public String name() {
    return "connection";
  }

  @Override
  public String about() {
    return "one connection lives through everything, though its policy is rewritten";
  }

  @Override
  public String manifests() {
    return """
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: line}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: caller, namespace: line, labels: {app: caller}}
    spec:
      nodeName: node-1
      containers: [{name: main, command: [sleep, infinity]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: callee, namespace: line, labels: {app: callee}}
    spec:
      nodeName: node-2
      containers:
      - name: main
        command: %s
    """
            .formatted(HeldConnection.SERVER)
        + policy(0);
  }

  private static String policy(int version) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: callee, namespace: line}
    spec:
      endpointSelector: {matchLabels: {app: callee}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: caller}}]
        toPorts: [{ports: [{port: "8080", protocol: TCP}, {port: "%d", protocol: TCP}]}]
    """
        .formatted(9000 + version % 1000);
  }

  @Override
  public void begin(SoakLab lab) {
    lab.awaitServer("line/callee", 2, 8080);
    connection =
        HeldConnection.open(lab, "line/caller", lab.addresses("line/callee").getFirst(), 8080);
  }

  @Override
  public String step(SoakLab lab, Random random) {
    lab.apply(policy(++version));
    return "its policy is rewritten";
  }

  @Override
  public List<String> check(SoakLab lab) {
    String broken = connection.broken();
    return broken.isEmpty() ? List.of() : List.of("the connection: " + broken);
  }

  @Override
  public String counted() {
    return connection.exchanges() + " exchanges";
  }

  @Override
  public void rest(SoakLab lab) {
    version = 0;
    lab.apply(policy(version));
  }
}
