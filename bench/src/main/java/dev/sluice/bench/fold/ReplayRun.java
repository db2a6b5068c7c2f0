package dev.sluice.bench.fold;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterSnapshot;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.PositionMerge;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Replays a log made of a seed, in a process of its own: from the bytes of its records to what both
 * folds say. Prints {@code NAME VALUE} lines: records a second (making the records is not in it),
 * revisions, and a digest over every revision, both images and both snapshots.
 */
public final class ReplayRun {
  private static final int PAGE = 20_000;
  private static final int WORLD = 2_000;
  private static final long SEED = 20_260_115;

  private final int batch;
  private final Serializer<K8sObject> serializer;
  private final Deserializer<K8sObject> deserializer;
  private final MessageDigest digest;
  private ClusterFold cluster = ClusterFold.empty();
  private PolicyFold policy = PolicyFold.empty();
  private PositionMerge<ClusterRecord> merge = PositionMerge.after(ClusterStep.KINDS, -1);
  private long offset;
  private long revisions;
  private long nanos;
  private long decoding;

  private ReplayRun(int batch, TopicSerdes serdes) throws Exception {
    this.batch = batch;
    this.serializer = serdes.values(Topics.K8S_OBJECTS).serializer();
    this.deserializer = serdes.values(Topics.K8S_OBJECTS).deserializer();
    this.digest = MessageDigest.getInstance("SHA-256");
  }

  /**
   * {@code ReplayRun RECORDS BATCH}: with a batch of 0 as {@code replay --verify} does; otherwise
   * as the streams do, rows and marks so many records late, and begun anew from snapshots.
   */
  public static void main(String[] arguments) throws Exception {
    int records = Integer.parseInt(arguments[0]);
    ReplayRun run =
        new ReplayRun(
            Integer.parseInt(arguments[1]),
            new TopicSerdes(new MemoryRegistry(), Settings.defaults()));
    LargeWorld world = LargeWorld.of(WORLD);
    run.page(world.events());
    run.nanos = 0;
    run.decoding = 0;
    Churn churn = new Churn(world, SEED);
    List<ObjectEvent> page = new ArrayList<>();
    for (int i = 1; i <= records; i++) {
      page.add(churn.next());
      if (i % PAGE == 0 || i == records) {
        run.page(page);
        page.clear();
      }
    }
    run.end(records);
  }

  private void page(List<ObjectEvent> events) {
    byte[][] bytes = new byte[events.size()][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = serializer.serialize("", ObjectEvents.toAvro(events.get(i)));
    }
    long begun = System.nanoTime();
    if (batch == 0) {
      List<ObjectEvent> read = new ArrayList<>(bytes.length);
      for (byte[] record : bytes) {
        read.add(read(record));
      }
      decoding += System.nanoTime() - begun;
      for (ObjectEvent event : read) {
        say(policy.apply(event, cluster.apply(event).changes()));
      }
    } else {
      late(bytes);
    }
    nanos += System.nanoTime() - begun;
  }

  private ObjectEvent read(byte[] record) {
    return ObjectEvents.fromAvro(deserializer.deserialize("", record), offset++);
  }

  private void late(byte[][] bytes) {
    for (int from = 0; from < bytes.length; from += batch) {
      int to = Math.min(bytes.length, from + batch);
      List<ClusterStep> steps = new ArrayList<>();
      for (int i = from; i < to; i++) {
        ObjectEvent event = read(bytes[i]);
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
    cluster = ClusterFold.restore(ClusterSnapshot.decode(cluster.snapshot().encode()));
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

  private void end(int records) {
    digest.update(cluster.snapshot().encode());
    digest.update(policy.snapshot().encode());
    for (Object row : policy.image()) {
      digest.update(row.toString().getBytes(StandardCharsets.UTF_8));
    }
    System.out.printf(Locale.ROOT, "records-a-second %.0f%n", records / (nanos / 1e9));
    System.out.printf(Locale.ROOT, "decoded-a-second %.0f%n", records / (decoding / 1e9));
    System.out.printf("revisions %d%n", revisions);
    System.out.printf("digest %s%n", HexFormat.of().formatHex(digest.digest()));
  }
}
