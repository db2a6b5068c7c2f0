package dev.sluice.bench;

import dev.sluice.node.bpf.BpfMap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A new connection to the last of N Services, for growing N, beside one to a pod directly and
 * beside kube-proxy's rules for as many Services, in the same rounds. Every Service is one of
 * manifests, through the log, to the kernel.
 */
final class ServicesBenchmark implements Benchmark {
  private static final List<Integer> SIZES = List.of(10, 1_000, 10_000, 50_000);

  /** Rules for more take nft and iptables minutes to load. */
  private static final int MOST_RULES = 10_000;

  private static final double SECONDS = 0.5;
  private static final int CLIENT_CPU = 0;
  private static final String SERVER_CPU = "1";
  private static final String EVERY_CPU = "0,1";
  private static final String DIRECT = "to a pod directly";
  private static final String OURS = "sluice";
  private static final long LONGEST_NANOS = Duration.ofMinutes(5).toNanos();
  private static final long LOOK_NANOS = Duration.ofMillis(200).toNanos();

  @Override
  public String name() {
    return "services";
  }

  @Override
  public String about() {
    return "a new connection to the last of 10 to 50 000 Services, beside kube-proxy's rules";
  }

  /**
   * One way to a server.
   *
   * @param target {@code ADDRESS:PORT}
   */
  private record Variant(String name, String netns, Path cgroup, String target) {}

  private static final class Numbers {
    final Samples p50 = new Samples();
    final Samples p99 = new Samples();
    final Samples rate = new Samples();
  }

  /** Of three, two that were disturbed are the median. */
  @Override
  public int usualRounds() {
    return 5;
  }

  @Override
  public void run(int rounds, Consumer<Row> rows) throws Exception {
    try (Traffic traffic = new Traffic();
        BenchLab lab = BenchLab.large(1, PODS)) {
      List<String> backends = new ArrayList<>();
      for (int i = 1; i <= ServiceWorld.BACKENDS; i++) {
        traffic.serve(lab.podNetns("bench", "server-" + i));
        backends.add(lab.podAddress("server-" + i));
      }
      double first = Double.NaN;
      for (int place = 0; place < SIZES.size(); place++) {
        int size = SIZES.get(place);
        lab.keepControlPlaneOn(EVERY_CPU);
        double seconds = grow(lab, place == 0 ? 0 : SIZES.get(place - 1), size, backends);
        rows.accept(
            Row.untargeted(name(), "%,d Services: from manifests".formatted(size), seconds, "s"));
        Quiet.awaitCollected();
        lab.keepControlPlaneOn(SERVER_CPU);
        Map<String, Numbers> all = measure(lab, size, backends.getFirst(), rounds);
        tell(size, all, rows);
        double ratio = all.get(OURS).p50.median() / all.get(DIRECT).p50.median();
        first = place == 0 ? ratio : first;
        if (place == SIZES.size() - 1) {
          rows.accept(
              Row.atMost(name(), "p50 ÷ direct at %,d".formatted(size), ratio, "", 1.05)
                  .beside(first, "at %,d".formatted(SIZES.getFirst()), 1.05));
        }
      }
    }
  }

  /**
   * Adds Services to the lab until there are so many, and waits for the kernel to have them.
   *
   * @return seconds
   */
  private static double grow(BenchLab lab, int before, int size, List<String> backends)
      throws IOException {
    long begun = lab.write("services-" + size, ServiceWorld.manifests(before, size, backends));
    awaitKernel(lab, size);
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Returns when node 1 has frontends and backends of so many Services. */
  static void awaitKernel(BenchLab lab, int services) {
    Path maps = Path.of(lab.handle().node("node-1").bpfPath(), "maps");
    BpfMap frontends = BpfMap.pinned(maps.resolve("slc_lb_frontend"));
    BpfMap slots = BpfMap.pinned(maps.resolve("slc_lb_slot"));
    long begun = System.nanoTime();
    while (count(frontends) < services || count(slots) < ServiceWorld.BACKENDS * services) {
      if (System.nanoTime() - begun > LONGEST_NANOS) {
        throw new IllegalStateException(
            "the kernel never had %d Services: %d frontends, %d backends"
                .formatted(services, count(frontends), count(slots)));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** By batches: a call for each key would keep a CPU from who writes them. */
  private static int count(BpfMap map) {
    int[] count = {0};
    map.forEach((key, value) -> count[0]++);
    return count[0];
  }

  private static Map<String, Numbers> measure(BenchLab lab, int size, String backend, int rounds)
      throws IOException {
    String client = lab.podNetns("bench", "client");
    Path cgroup = lab.podCgroup("bench", "client");
    String last = ServiceWorld.address(size - 1) + ":" + ServiceWorld.PORT;
    List<Variant> variants = new ArrayList<>();
    variants.add(new Variant(DIRECT, client, cgroup, backend + ":8080"));
    variants.add(new Variant(OURS, client, cgroup, last));
    try (Traffic traffic = new Traffic()) {
      if (size <= MOST_RULES) {
        for (Map.Entry<String, RoutedTrio.Rules> rules : alternatives(size).entrySet()) {
          RoutedTrio trio =
              traffic.serve(RoutedTrio.make(rules.getKey(), List.of(rules.getValue())));
          Path beside = cgroup.getParent().getParent();
          variants.add(new Variant(rules.getKey(), trio.client(), beside, last));
        }
      }
      return Traffic.inTurns(
          variants,
          Variant::name,
          rounds,
          Numbers::new,
          (variant, numbers) -> measure(traffic.tool(), variant, numbers));
    }
  }

  private static void measure(Path tool, Variant variant, Numbers numbers) {
    Netbench.Result result =
        Netbench.connects(
            tool, variant.netns(), variant.cgroup(), CLIENT_CPU, variant.target(), SECONDS);
    numbers.p50.add(result.p50Nanos() / 1e3);
    numbers.p99.add(result.p99Nanos() / 1e3);
    numbers.rate.add(result.perSecond());
  }

  private static Map<String, RoutedTrio.Rules> alternatives(int size) {
    String iptables = KubeProxyRules.iptables(size);
    Map<String, RoutedTrio.Rules> all = new LinkedHashMap<>();
    all.put("iptables", new RoutedTrio.Rules(List.of("iptables-legacy-restore"), iptables));
    all.put("iptables-nft", new RoutedTrio.Rules(List.of("iptables-nft-restore"), iptables));
    all.put(
        "nftables", new RoutedTrio.Rules(List.of("nft", "-f", "-"), KubeProxyRules.nftables(size)));
    return all;
  }

  private void tell(int size, Map<String, Numbers> all, Consumer<Row> rows) {
    Numbers ours = all.get(OURS);
    Numbers direct = all.get(DIRECT);
    String at = "%,d Services: ".formatted(size);
    rows.accept(
        Row.atMost(name(), at + "connect p50", ours.p50.median(), "µs", 1.05)
            .beside(direct.p50.median(), DIRECT, 1.05));
    rows.accept(
        Row.atMost(name(), at + "connect p99", ours.p99.median(), "µs", 1.3)
            .beside(direct.p99.median(), DIRECT, 1.3));
    rows.accept(
        Row.atLeast(name(), at + "connections", ours.rate.median(), "/s", 0.95)
            .besideAtLeast(direct.rate.median(), DIRECT, 0.95));
    all.forEach(
        (variant, numbers) -> {
          if (numbers != ours && numbers != direct) {
            rows.accept(
                Row.atMost(name(), at + "connect p50", ours.p50.median(), "µs", 1)
                    .beside(numbers.p50.median(), variant, 1));
          }
        });
  }

  private static final String PODS =
      World.idlePod("bench", "client", "client")
          + World.idlePod("bench", "server-1", "server")
          + World.idlePod("bench", "server-2", "server")
          + World.idlePod("bench", "server-3", "server");
}
