package dev.sluice.bench;

import dev.sluice.lab.LabState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DNS through the proxy beside the same server asked directly; how many questions a core passes;
 * names that nobody asked before, each dialled as soon as it is answered; and what remembering them
 * costs.
 */
final class DnsBenchmark implements Benchmark.AtOnce {
  static final String SERVER = "10.0.1.77";
  private static final String SINK = "203.0.113.5";
  private static final int RATE = 2_000;
  private static final int[] FULL_RATES = {15_000, 20_000, 30_000};
  private static final int ALONE = 10_000;
  private static final int ALL = 100_000;
  private static final int COMBINATIONS = 500;
  private static final int PATTERNS = 10;

  @Override
  public String name() {
    return "dns";
  }

  @Override
  public String about() {
    return "names through the DNS proxy: latency, rate, first connects, memory";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (BenchLab lab = BenchLab.up(1, manifests(), "dns.trusted.resolvers=" + SERVER + "/32");
        NameTraffic traffic = NameTraffic.compile()) {
      serve(lab, traffic);
      latency(rows, lab, traffic, rounds);
      fullRate(rows, lab, traffic);
      combinations(rows, lab, traffic);
      firstConnects(rows, lab, traffic);
    }
    return rows;
  }

  /** Starts the server of names and the host behind every address. */
  static void serve(BenchLab lab, NameTraffic traffic) throws IOException {
    traffic.serve("server", lab.podNetns("bench", "names"), SERVER);
    traffic.sink(
        lab.handle().names().wireNetns(), "wire0", lab.handle().names().outsideNetns("sink"), SINK);
  }

  private void latency(List<Row> rows, BenchLab lab, NameTraffic traffic, int rounds) {
    Samples direct50 = new Samples();
    Samples direct99 = new Samples();
    Samples proxied50 = new Samples();
    Samples proxied99 = new Samples();
    for (int round = 0; round < rounds; round++) {
      double[] direct = ask(lab, traffic, "plain", RATE, 3);
      direct50.add(direct[2] / 1e6);
      direct99.add(direct[3] / 1e6);
      double[] proxied = ask(lab, traffic, "asks", RATE, 3);
      proxied50.add(proxied[2] / 1e6);
      proxied99.add(proxied[3] / 1e6);
    }
    rows.add(added("p50", proxied50, direct50, 0.3));
    rows.add(added("p99", proxied99, direct99, 2));
  }

  private Row added(String which, Samples proxied, Samples direct, double limit) {
    String what = "lookup of a known name at 2000/s, added " + which;
    double added = proxied.median() - direct.median();
    return Row.atMost(name(), what, added, "ms", limit)
        .comparedWith(direct.median(), "all of it, directly");
  }

  private static double[] ask(
      BenchLab lab, NameTraffic traffic, String pod, int rate, int seconds) {
    String netns = lab.podNetns("bench", pod);
    return traffic.run("ask", netns, SERVER, "k1.bench.test", "" + rate, "" + seconds);
  }

  private void fullRate(List<Row> rows, BenchLab lab, NameTraffic traffic) {
    String applier = "" + applier(lab);
    Shell.run("taskset", "-acp", "0", applier);
    int best = 0;
    for (int rate : FULL_RATES) {
      double[] numbers = ask(lab, traffic, "asks", rate, 5);
      if (numbers[1] < numbers[0]) {
        break;
      }
      best = rate;
    }
    Shell.run("taskset", "-acp", "0-1", applier);
    rows.add(Row.atLeast(name(), "questions a second on one core, none lost", best, "1/s", 15_000));
  }

  private void combinations(List<Row> rows, BenchLab lab, NameTraffic traffic) throws IOException {
    List<String> names =
        IntStream.rangeClosed(1, COMBINATIONS).mapToObj(DnsBenchmark::combination).toList();
    double[] numbers = first(lab, traffic, "combined", names, 1);
    rows.add(
        Row.atMost(name(), "name under a new set of selectors, p99", numbers[3] / 1e6, "ms", 30));
    rows.add(Row.atMost(name(), "of these without answer", numbers[4], "names", 0));
  }

  /** A label that matches exactly the patterns of the bits that are set: letters from d on. */
  private static String combination(int bits) {
    StringBuilder label = new StringBuilder("c");
    for (int i = 0; i < PATTERNS; i++) {
      if ((bits >> i & 1) != 0) {
        label.append((char) ('d' + i));
      }
    }
    return label + ".combined.test";
  }

  private void firstConnects(List<Row> rows, BenchLab lab, NameTraffic traffic)
      throws IOException, InterruptedException {
    long before = residentMib(applier(lab));
    double[] alone = first(lab, traffic, "asks", unique(0, ALONE), 1);
    Thread load = Thread.ofVirtual().start(() -> ask(lab, traffic, "asks", RATE, 30));
    double[] loaded = first(lab, traffic, "asks", unique(ALONE, ALL), 8);
    load.join();
    double connected = alone[0] - alone[1] + loaded[0] - loaded[1];
    rows.add(Row.atMost(name(), "new name, question to answer, p99", alone[3] / 1e6, "ms", 3));
    rows.add(
        Row.atLeast(name(), "first connects at once, of 100 000 new names", connected, "", ALL));
    rows.add(Row.untargeted(name(), "of the others, without answer", alone[4] + loaded[4], ""));
    rows.add(Row.untargeted(name(), "of these, answered SERVFAIL", alone[5] + loaded[5], ""));
    rows.add(Row.untargeted(name(), "of the others, connected late", alone[1] + loaded[1], ""));
    rows.add(
        Row.atMost(
            name(),
            "resident memory more, with 100 000 addresses",
            residentMib(applier(lab)) - before,
            "MiB",
            150));
  }

  private static List<String> unique(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "u" + i + ".bench.test").toList();
  }

  private static double[] first(
      BenchLab lab, NameTraffic traffic, String pod, List<String> names, int window)
      throws IOException {
    Path file = Files.createTempFile("sluice-names", ".txt");
    try {
      Files.write(file, names);
      return traffic.run("first", lab.podNetns("bench", pod), SERVER, file.toString(), "" + window);
    } finally {
      Files.delete(file);
    }
  }

  private static long applier(BenchLab lab) {
    return lab.handle().state().components().stream()
        .filter(each -> each.name().equals("node-applier"))
        .map(LabState.Component::process)
        .findFirst()
        .orElseThrow()
        .pid();
  }

  /** Resident memory of a process. */
  static long residentMib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Pods, their policies, and the host outside. */
  static String manifests() {
    String patterns =
        IntStream.range(0, PATTERNS)
            .mapToObj(i -> "{matchPattern: \"c*" + (char) ('d' + i) + "*.combined.test\"}")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: names, namespace: bench, labels: {app: names}, annotations: {sluice.dev/ip: %s}}
    spec: {nodeName: node-1, containers: [{name: idle, command: [sleep, infinity]}]}
    ---
    apiVersion: sluice.dev/v1
    kind: OutsideHost
    metadata: {name: sink}
    spec: {addresses: [%s]}
    """
            .formatted(SERVER, SINK)
        + World.idlePod("bench", "plain", "plain")
        + World.idlePod("bench", "asks", "asks")
        + World.idlePod("bench", "combined", "combined")
        + policy("asks", "{matchPattern: \"*.bench.test\"}")
        + policy("combined", patterns);
  }

  private static String policy(String app, String names) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: %1$s, namespace: bench}
    spec:
      endpointSelector: {matchLabels: {app: %1$s}}
      egress:
      - toEndpoints: [{matchLabels: {app: names}}]
        toPorts: [{ports: [{port: "53", protocol: UDP}], rules: {dns: [{matchPattern: "*"}]}}]
      - toFQDNs: [%2$s]
        toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
    """
        .formatted(app, names);
  }
}
