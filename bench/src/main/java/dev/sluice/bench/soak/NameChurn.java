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
 * Names whose answers rotate, asked and dialled all the time in both families, and connections that
 * stay: whatever happens to the rest, no address that was answered is closed, and no connection is
 * cut. Its own step gives the policy another name.
 */
final class NameChurn implements Scenario {
  private static final List<String> SERVERS = List.of("10.0.1.77", "fd00:10:0:1::77");
  private static final List<String> SINK = List.of("203.0.113.5", "2001:db8::5");
  private static final int NAMES = 50;
  private static final int HELD = 20;

  /** How long names may stand still where an applier was killed just now. */
  private static final Duration BACK = Duration.ofSeconds(20);

  /** One family: what its client tells, and what it had told before. */
  private static final class Client {
    final String family;
    final Path output;
    double connected;
    double refused;

    Client(String family, Path output) {
      this.family = family;
      this.output = output;
    }

    double[] numbers() {
      try {
        double[] last = NameTraffic.last(Files.readString(output));
        return last.length == 8 ? last : new double[8];
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void check(List<String> wrong) {
      // Else there would be nothing to be wrong: the client has ended, or nobody answers it.
      if (!Waiting.until(BACK, () -> numbers()[1] > connected)) {
        wrong.add(family + ": no name was answered and dialled for " + BACK.toSeconds() + " s");
      }
      double[] now = numbers();
      connected = now[1];
      if (now[2] > refused) {
        wrong.add(family + ": " + (int) (now[2] - refused) + " addresses were answered and closed");
        refused = now[2];
      }
      if (now[5] > 0) {
        wrong.add(family + ": " + (int) now[5] + " connections to names were cut");
      }
    }
  }

  private final List<Client> clients = new ArrayList<>();
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
    metadata: {name: rotating, namespace: kube-system, labels: {k8s-app: kube-dns}, annotations: {sluice.dev/ip: "%s"}}
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
    spec: {addresses: ["%s"]}
    """
            .formatted(String.join(",", SERVERS), String.join("\", \"", SINK))
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
      traffic.sink(
          lab.handle().names().wireNetns(),
          "wire0",
          lab.handle().names().outsideNetns("sink"),
          SINK.toArray(String[]::new));
      for (String server : SERVERS) {
        traffic.serve("server", lab.handle().names().podNetns("kube-system", "rotating"), server);
        clients.add(ask(lab, traffic, server));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Client client : clients) {
      if (!Waiting.until(Duration.ofSeconds(60), () -> client.numbers()[4] == HELD)) {
        throw new IllegalStateException(
            client.family + ": only " + (int) client.numbers()[4] + " connections opened");
      }
      client.refused = client.numbers()[2];
      client.connected = client.numbers()[1];
    }
  }

  private static Client ask(SoakLab lab, NameTraffic traffic, String server) throws IOException {
    Path output = Files.createTempFile(lab.handle().files().data(), "names", ".txt");
    traffic.start(
        output,
        "churn",
        lab.handle().names().podNetns("names", "asks"),
        server,
        "" + NAMES,
        "1000000",
        "" + HELD);
    return new Client(server.indexOf(':') < 0 ? "IPv4" : "IPv6", output);
  }

  @Override
  public String step(SoakLab lab, Random random) {
    lab.apply(policy(++version));
    return "its policy has another name";
  }

  @Override
  public List<String> check(SoakLab lab) {
    List<String> wrong = new ArrayList<>();
    clients.forEach(client -> client.check(wrong));
    return wrong;
  }

  @Override
  public String counted() {
    StringBuilder all = new StringBuilder();
    for (Client client : clients) {
      double[] now = client.numbers();
      all.append(all.isEmpty() ? "" : "; ")
          .append(
              "%s: %.0f questions, %.0f dialled, %.0f refused, %.0f unanswered (%.0f of them failures, %.0f late), %.0f of %.0f held connections cut"
                  .formatted(
                      client.family,
                      now[0],
                      now[1],
                      now[2],
                      now[3],
                      now[6],
                      now[7],
                      now[5],
                      now[4]));
    }
    return all.toString();
  }

  @Override
  public void rest(SoakLab lab) {
    version = 0;
    lab.apply(policy(version));
  }
}
