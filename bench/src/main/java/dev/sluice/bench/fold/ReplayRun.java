package dev.sluice.bench.fold;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.LogFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.PositionMerge;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.EventReader;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ReadAhead;
import dev.sluice.schemas.topic.Topics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Replays a log made of a seed, in a process of its own: from the bytes of its records to what both
 * folds say. Prints {@code NAME VALUE} lines; making the records is in no number.
 */
public final class ReplayRun {
  private static final int PAGE = 20_000;

  /** Records of a log whose speed is told by itself. */
  private static final int PART = 1_000_000;

  /** Records that a poll of a consumer gives. */
  private static final int POLL = 500;

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private static final long SEED = 20_260_115;

  private static final class Cost {
    private long records;
    private long decodeNanos;
    private long foldNanos;
  }

  private final Serializer<K8sObject> serializer;
  private final MessageDigest digest;
  private final EventReader decoder;
  private final int batch;
  private LogFold fold = LogFold.empty(ClusterFold.DEFAULT_CLUSTER);
  private IdentityFold cluster = IdentityFold.empty(ClusterFold.DEFAULT_CLUSTER);
  private PolicyFold policy = PolicyFold.empty();
  private PositionMerge<ClusterRecord> merge = PositionMerge.after(ClusterStep.KINDS, -1);
  private final Map<String, Cost> costs = new TreeMap<>();
  private long offset;
  private long revisions;
  private long records;
  private long bytes;
  private long nanos;
  private long readingNanos;
  private long foldingNanos;
  private long part;
  private long partNanos;

  private ReplayRun(int batch, TopicSerdes serdes) throws Exception {
    this.batch = batch;
    this.serializer = serdes.values(Topics.K8S_OBJECTS).serializer();
    this.decoder = new EventReader(serdes);
    this.digest = MessageDigest.getInstance("SHA-256");
  }

  /**
   * {@code ReplayRun MIX ENDPOINTS RECORDS BATCH [WARM]}. BATCH 0: as {@code replay --verify} does,
   * decoding ahead in a thread. BATCH -1: one by one in one thread, to say what each kind of record
   * costs. Else as the streams do, rows and marks so many records late, and begun anew from
   * snapshots after every page. The first WARM records are in no number but the digest and the
   * speed of each million.
   */
  public static void main(String[] arguments) throws Exception {
    Churn.Mix mix = Churn.Mix.valueOf(arguments[0]);
    LargeWorld world = LargeWorld.of(Integer.parseInt(arguments[1]));
    int records = Integer.parseInt(arguments[2]);
    int warm = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0;
    ReplayRun run =
        new ReplayRun(
            Integer.parseInt(arguments[3]),
            new TopicSerdes(new MemoryRegistry(), Settings.defaults()));
    run.page(world.events().stream().map(run::written).toList(), List.of());
    run.partNanos = 0;
    Churn churn = new Churn(world, mix, SEED);
    List<byte[]> page = new ArrayList<>();
    List<String> kinds = new ArrayList<>();
    for (int i = 1; i <= warm + records; i++) {
      page.add(run.written(churn.next()));
      kinds.add(churn.what());
      if (i % PAGE == 0 || i == warm + records) {
        if (i - page.size() <= warm) {
          run.forget();
        }
        run.page(page, kinds);
        page.clear();
        kinds.clear();
      }
      if (i % PART == 0) {
        run.part();
      }
    }
    run.end();
  }

  private void forget() {
    records = 0;
    nanos = 0;
    readingNanos = 0;
    foldingNanos = 0;
    bytes = 0;
    costs.clear();
  }

  private void part() {
    System.out.printf(Locale.ROOT, "million-%d %.0f%n", ++part, PART / (partNanos / 1e9));
    partNanos = 0;
  }

  private byte[] written(ObjectEvent event) {
    return serializer.serialize("", ObjectEvents.toAvro(event));
  }

  private void page(List<byte[]> page, List<String> kinds) {
    byte[][] log = page.toArray(byte[][]::new);
    for (byte[] record : log) {
      bytes += record.length;
    }
    long begun = System.nanoTime();
    if (batch == 0) {
      ahead(log);
    } else if (batch < 0) {
      oneByOne(log, kinds);
    } else {
      late(log);
    }
    long took = System.nanoTime() - begun;
    nanos += took;
    partNanos += took;
    records += log.length;
  }

  private void ahead(byte[][] log) {
    int[] next = new int[1];
    long[] reading = new long[1];
    long begun = CPU.getCurrentThreadCpuTime();
    try (ReadAhead<ObjectEvent> events =
        ReadAhead.of(
            () -> {
              if (next[0] == log.length) {
                reading[0] = CPU.getCurrentThreadCpuTime();
                return null;
              }
              List<ObjectEvent> read = new ArrayList<>(POLL);
              while (next[0] < log.length && read.size() < POLL) {
                read.add(read(log[next[0]++]));
              }
              return read;
            })) {
      events.forEach(event -> say(fold.apply(event)));
    }
    readingNanos += reading[0];
    foldingNanos += CPU.getCurrentThreadCpuTime() - begun;
  }

  private void oneByOne(byte[][] log, List<String> kinds) {
    for (int i = 0; i < log.length; i++) {
      long begun = System.nanoTime();
      ObjectEvent event = read(log[i]);
      long decoded = System.nanoTime();
      say(fold.apply(event));
      if (!kinds.isEmpty()) {
        Cost cost = costs.computeIfAbsent(kinds.get(i), kind -> new Cost());
        cost.records++;
        cost.decodeNanos += decoded - begun;
        cost.foldNanos += System.nanoTime() - decoded;
      }
    }
  }

  private ObjectEvent read(byte[] record) {
    return decoder.read(record, offset++);
  }

  private void late(byte[][] log) {
    for (int from = 0; from < log.length; from += batch) {
      int to = Math.min(log.length, from + batch);
      List<ClusterStep> steps = new ArrayList<>();
      for (int i = from; i < to; i++) {
        ObjectEvent event = read(log[i]);
        steps.add(cluster.apply(event));
        merge.event(event).forEach(this::compile);
      }
      for (ClusterStep step : steps) {
        for (Change<ClusterRecord> change : step.changes()) {
          merge.row(step.position(), change);
        }
      }
      for (Class<? extends ClusterRecord> kind : ClusterStep.KINDS) {
        merge.mark(kind, steps.getLast().position()).forEach(this::compile);
      }
    }
    cluster = IdentityFold.restore(cluster.image());
    policy = PolicyFold.restore(PolicySnapshot.decode(policy.snapshot().encode()));
    merge = PositionMerge.after(ClusterStep.KINDS, policy.position());
  }

  private void compile(PositionMerge.Group<ClusterRecord> group) {
    say(policy.apply(group.event(), group.changes()));
  }

  private void say(PolicyStep step) {
    if (step.revisionMade().isPresent()) {
      revisions++;
      digest.update(step.revisionMade().get().toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void end() {
    PolicyFold last = batch <= 0 ? fold.policy() : policy;
    digest.update(last.snapshot().encode());
    for (Object row : batch <= 0 ? fold.rows() : cluster.rows()) {
      digest.update(row.toString().getBytes(StandardCharsets.UTF_8));
    }
    for (Object row : last.image()) {
      digest.update(row.toString().getBytes(StandardCharsets.UTF_8));
    }
    System.out.printf(Locale.ROOT, "records-a-second %.0f%n", records / (nanos / 1e9));
    System.out.printf(Locale.ROOT, "reading-micros %.2f%n", readingNanos / 1e3 / records);
    System.out.printf(Locale.ROOT, "folding-micros %.2f%n", foldingNanos / 1e3 / records);
    System.out.printf(Locale.ROOT, "bytes-a-record %.0f%n", (double) bytes / records);
    System.out.printf("revisions %d%n", revisions);
    System.out.printf("digest %s%n", HexFormat.of().formatHex(digest.digest()));
    costs.forEach(
        (kind, cost) ->
            System.out.printf(
                Locale.ROOT,
                "%s %.1f %.1f %d%n",
                kind,
                cost.decodeNanos / 1e3 / cost.records,
                cost.foldNanos / 1e3 / cost.records,
                cost.records));
  }
}
