package dev.sluice.bench;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.ServiceLoad;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.kernel.BpfCalls;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Among 10 000 Services: one backend of an EndpointSlice becomes another, from its record in the
 * log until the kernel has it, and from the manifest's closing, which is before that; the calls by
 * which the applier writes it; and how long a node with empty maps takes for all of them from the
 * topic.
 */
final class BackendChangeBenchmark implements Benchmark {
  private static final int SERVICES = 10_000;
  private static final int CHANGES_A_ROUND = 50;
  private static final int RECORD_BYTES = 800;
  private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long LOOK_NANOS = 50_000;
  private static final Duration POLL = Duration.ofMillis(100);

  /** Its slice is a file of its own, which changes. */
  private static final int CHANGED = SERVICES - 1;

  @Override
  public String name() {
    return "backend-change";
  }

  @Override
  public String about() {
    return "one backend of 10 000 Services changes, until the kernel has it; all of them from the"
        + " topic";
  }

  @Override
  public void run(int rounds, Consumer<Row> rows) throws Exception {
    try (BenchLab lab = BenchLab.up(1, World.idlePod("bench", "client", "client"))) {
      lab.write(
          "services",
          ServiceWorld.manifests(0, CHANGED, ServiceWorld.backends(CHANGED - 1))
              + ServiceWorld.service(CHANGED));
      lab.write("changed", ServiceWorld.slice(CHANGED, ServiceWorld.backends(CHANGED)));
      ServicesBenchmark.awaitKernel(lab, SERVICES);
      Settings settings =
          Settings.defaults()
              .with(
                  lab.handle().settings().entrySet().stream()
                      .map(entry -> entry.getKey() + "=" + entry.getValue())
                      .toList());
      Samples load = new Samples();
      for (int round = 0; round < rounds; round++) {
        Quiet.await();
        load.add(ServiceLoad.millis(settings, SERVICES));
      }
      rows.accept(
          Row.atMost(name(), "all Services from the topic, p50", load.median(), "ms", 1000));
      rows.accept(
          Row.atMost(name(), "all Services from the topic, slowest", load.quantile(1), "ms", 1000));
      changes(lab, settings, rounds, rows);
    }
  }

  private void changes(BenchLab lab, Settings settings, int rounds, Consumer<Row> rows)
      throws Exception {
    Slots slots = new Slots(lab);
    Samples fromManifest = new Samples();
    Samples fromRecord = new Samples();
    Samples hops = new Samples();
    Samples calls = new Samples();
    String last = ServiceWorld.backend(CHANGED, 2);
    try (Hops empty = Hops.open(settings);
        TopicSerdes serdes = TopicSerdes.connect(settings);
        TopicReader<K8sObject> log = TopicReader.open(settings, serdes, Topics.K8S_OBJECTS)) {
      log.seekToEnd();
      for (int change = -CHANGES_A_ROUND; change < rounds * CHANGES_A_ROUND; change++) {
        double hop = empty.millis(RECORD_BYTES);
        String now = "10.210.%d.%d".formatted(change + 300 >> 8, change + 300 & 255);
        double took = slots.millis(lab, last, now);
        long seen = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        double sinceRecord = seen / 1e3 - sentMillis(log);
        last = now;
        if (change >= 0) {
          fromManifest.add(took);
          fromRecord.add(sinceRecord);
          hops.add(hop);
        }
      }
    }
    Quiet.await();
    try (BpfCalls seen = new BpfCalls(Long.parseLong(lab.applierPid()))) {
      for (int change = 0; change < 10; change++) {
        int before = seen.seen().size();
        String now = "10.211.0." + (change + 1);
        slots.millis(lab, last, now);
        last = now;
        Quiet.await();
        calls.add(seen.seen().size() - before);
      }
    }
    rows.accept(
        Row.untargeted(name(), "record to kernel, p50", fromRecord.median(), "ms")
            .comparedWith(hops.median(), "three empty hops"));
    rows.accept(
        Row.atMost(name(), "record to kernel, p99", fromRecord.quantile(0.99), "ms", 20)
            .comparedWith(hops.quantile(0.99), "three empty hops"));
    rows.accept(
        Row.untargeted(name(), "manifest to kernel, p50", fromManifest.median(), "ms")
            .comparedWith(hops.median(), "three empty hops"));
    rows.accept(
        Row.untargeted(name(), "manifest to kernel, p99", fromManifest.quantile(0.99), "ms")
            .comparedWith(hops.quantile(0.99), "three empty hops"));
    rows.accept(
        Row.atMost(name(), "calls that write maps for it, most", calls.quantile(1), "calls", 4));
  }

  /**
   * When ingest gave the last slice's record to its producer, ms since 1970; up to one too early,
   * since records have no finer time.
   */
  private static long sentMillis(TopicReader<K8sObject> log) {
    List<Long> times = new ArrayList<>();
    long begun = System.nanoTime();
    while (times.isEmpty()) {
      if (System.nanoTime() - begun > LONGEST_NANOS) {
        throw new IllegalStateException("the log has no record of the slice");
      }
      log.poll(
          POLL,
          entry -> {
            if (entry.key().startsWith("EndpointSlice/")) {
              times.add(entry.timestampMillis());
            }
          });
    }
    return times.getLast();
  }

  /** The kernel's slots of the Service that changes. */
  private static final class Slots {
    private static final int ADDRESS_BYTES = 16;
    private final BpfMap map;
    private List<byte[]> ofChanged = List.of();

    Slots(BenchLab lab) {
      map = BpfMap.pinned(Path.of(lab.handle().node("node-1").bpfPath(), "maps", "slc_lb_slot"));
    }

    /** Writes another slice and waits for its last backend; milliseconds. */
    double millis(BenchLab lab, String before, String now) throws IOException {
      byte[] wanted = IpAddress.parse(now).mapped();
      if (ofChanged.isEmpty()) {
        byte[] held = IpAddress.parse(before).mapped();
        ofChanged = map.keys().stream().filter(key -> holds(key, held)).toList();
      }
      long begun =
          lab.write(
              "changed",
              ServiceWorld.slice(
                  CHANGED,
                  List.of(
                      ServiceWorld.backend(CHANGED, 0), ServiceWorld.backend(CHANGED, 1), now)));
      while (ofChanged.stream().noneMatch(key -> holds(key, wanted))) {
        if (System.nanoTime() - begun > LONGEST_NANOS) {
          throw new IllegalStateException("the kernel never heard of " + now);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return (System.nanoTime() - begun) / 1e6;
    }

    private boolean holds(byte[] key, byte[] address) {
      return map.lookup(key)
          .filter(value -> Arrays.equals(value, 0, ADDRESS_BYTES, address, 0, ADDRESS_BYTES))
          .isPresent();
    }
  }
}
