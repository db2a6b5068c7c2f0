package dev.sluice.bench.soak;

import dev.sluice.bench.NameTraffic;
import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Names whose answers rotate, asked and dialled all the time, and connections that stay: whatever
 * happens to the rest, no address that was answered is closed, and no connection is cut. Its own
 * step gives the policy another name.
 */
final class NameChurn implements Scenario {
  private static final String SERVER = "10.0.1.77";
  private static final String SINK = "203.0.113.5";
  private static final int NAMES = 50;
  private static final int HELD = 20;

  /** How long names may stand still where an applier was killed just now. */
  private static final Duration BACK = Duration.ofSeconds(20);

  private Path output;
  private double connected;
  private double refused;
  private int version;

  @Override
  public String name() {
    return "names";
  }

  @Override
  public String about() {
    return "names with rotating addresses: what is answered is open, long connections live on";
  }

  @Override
  public String manifests() {
    return """
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: kube-system}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: rotating, namespace: kube-system, labels: {k8s-app: kube-dns}, annotations: {sluice.dev/ip: %s}}
    spec: {nodeName: node-1, containers: [{name: main, command: [sleep, infinity]}]}
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: names}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: asks, namespace: names, labels: {app: asks}}
    spec: {nodeName: node-2, containers: [{name: main, command: [sleep, infinity]}]}
    ---
    apiVersion: sluice.dev/v1
    kind: OutsideHost
    metadata: {name: sink}
    spec: {addresses: [%s]}
    """
            .formatted(SERVER, SINK)
        + policy(0);
  }

  private static String policy(int version) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: asks, namespace: names}
    spec:
      endpointSelector: {matchLabels: {app: asks}}
      egress:
      - toEndpoints:
        - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}
        toPorts: [{ports: [{port: "53", protocol: UDP}], rules: {dns: [{matchPattern: "*"}]}}]
      - toFQDNs: [{matchPattern: "*.bench.test"}, {matchPattern: "*.version-%d.test"}]
        toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
    """
        .formatted(version % 1000);
  }

  @Override
  public void begin(SoakLab lab) {
    try {
      NameTraffic traffic = lab.closing(NameTraffic.compile());
      traffic.serve("server", lab.handle().names().podNetns("kube-system", "rotating"), SERVER);
      traffic.sink(
          lab.handle().names().wireNetns(),
          "wire0",
          lab.handle().names().outsideNetns("sink"),
          SINK);
      output = Files.createTempFile(lab.handle().files().data(), "names", ".txt");
      traffic.start(
          output,
          "churn",
          lab.handle().names().podNetns("names", "asks"),
          SERVER,
          "" + NAMES,
          "1000000",
          "" + HELD);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!Waiting.until(Duration.ofSeconds(60), () -> numbers()[4] == HELD)) {
      throw new IllegalStateException("only " + (int) numbers()[4] + " connections opened");
    }
    refused = numbers()[2];
    connected = numbers()[1];
  }

  @Override
  public String step(SoakLab lab, Random random) {
    lab.apply(policy(++version));
    return "its policy has another name";
  }

  @Override
  public List<String> check(SoakLab lab) {
    List<String> wrong = new ArrayList<>();
    // Else there would be nothing to be wrong: the client has ended, or nobody answers it.
    if (!Waiting.until(BACK, () -> numbers()[1] > connected)) {
      wrong.add("no name was answered and dialled for " + BACK.toSeconds() + " s");
    }
    double[] now = numbers();
    connected = now[1];
    if (now[2] > refused) {
      wrong.add((int) (now[2] - refused) + " addresses were answered and closed");
      refused = now[2];
    }
    if (now[5] > 0) {
      wrong.add((int) now[5] + " connections to names were cut");
    }
    return wrong;
  }

  @Override
  public void rest(SoakLab lab) {
    version = 0;
    lab.apply(policy(version));
  }

  private double[] numbers() {
    try {
      double[] last = NameTraffic.last(Files.readString(output));
      return last.length == 6 ? last : new double[6];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
