package dev.sluice.cli.past;

import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.Snapshot;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/**
 * Folds k8s.objects afresh, as identity-stream and policy-stream do together: from its first
 * record, or where retention has taken that, from the streams' snapshots. Time, order and input are
 * those of the log, so it comes to the same as the streams did, whoever runs it.
 */
final class LogReplay implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final String CLUSTER = "identity-stream";
  private static final String POLICY = "policy-stream";

  private final TopicReader<K8sObject> reader;
  private final IdentityFold cluster;
  private final PolicyFold policy;
  private final long first;
  private long records;

  private LogReplay(
      TopicReader<K8sObject> reader, IdentityFold cluster, PolicyFold policy, long first) {
    this.reader = reader;
    this.cluster = cluster;
    this.policy = policy;
    this.first = first;
  }

  /**
   * A replay that has read nothing yet.
   *
   * @throws Refusal when the log has lost its beginning and no snapshot replaces it
   */
  static LogReplay open(LabTopics topics) {
    TopicReader<K8sObject> reader = topics.reader(Topics.K8S_OBJECTS);
    try {
      long begin = reader.beginningOffset();
      if (begin == 0) {
        reader.seekToBeginning();
        return new LogReplay(
            reader,
            IdentityFold.empty(topics.settings().text(Setting.CLUSTER_NAME)),
            PolicyFold.empty(),
            0);
      }
      SortedMap<String, Snapshot> snapshots = topics.latest(Topics.SNAPSHOTS);
      if (!snapshots.containsKey(CLUSTER) || !snapshots.containsKey(POLICY)) {
        throw new Refusal(
            "The log begins at offset "
                + begin
                + " and no snapshot says what was before: nothing can be recomputed");
      }
      IdentityFold cluster = IdentityFold.restore(image(snapshots, CLUSTER));
      PolicyFold policy = PolicyFold.restore(PolicySnapshot.decode(image(snapshots, POLICY)));
      if (cluster.position() > policy.position() || cluster.position() + 1 < begin) {
        throw new Refusal(
            "The log begins at offset "
                + begin
                + " and the snapshots (positions "
                + cluster.position()
                + " and "
                + policy.position()
                + ") do not meet there: try again when policy-stream has written its next one");
      }
      reader.seek(cluster.position() + 1);
      return new LogReplay(reader, cluster, policy, policy.position() + 1);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static byte[] image(SortedMap<String, Snapshot> snapshots, String stream) {
    ByteBuffer image = snapshots.get(stream).getImage().duplicate();
    byte[] bytes = new byte[image.remaining()];
    image.get(bytes);
    return bytes;
  }

  /** Offset of the first record whose revision this replay recomputes. */
  long first() {
    return first;
  }

  /** Offset after the last record that the log has now. */
  long end() {
    return reader.endOffset();
  }

  /** Folds on until the record before {@code offset} is folded; gives out each record's step. */
  void upTo(long offset, BiConsumer<ObjectEvent, PolicyStep> sink) {
    while (policy.position() + 1 < offset) {
      reader.poll(PATIENCE, entry -> fold(entry, offset, sink));
    }
  }

  private void fold(
      TopicReader.Entry<K8sObject> entry, long offset, BiConsumer<ObjectEvent, PolicyStep> sink) {
    if (entry.offset() >= offset) {
      return;
    }
    records++;
    ObjectEvent event = ObjectEvents.fromAvro(entry.value(), entry.offset());
    ClusterStep step = cluster.apply(event);
    sink.accept(event, policy.apply(event, step.changes()));
  }

  /** Records folded so far. */
  long records() {
    return records;
  }

  IdentityFold cluster() {
    return cluster;
  }

  PolicyFold policy() {
    return policy;
  }

  @Override
  public void close() {
    reader.close();
  }
}
