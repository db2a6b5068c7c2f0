package dev.sluice.cli.past;

import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.compile.LogFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.Snapshot;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.convert.EventReader;
import dev.sluice.schemas.topic.ReadAhead;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private final EventReader decoder;
  private final LogFold fold;
  private final long first;
  private long records;

  private LogReplay(TopicReader<K8sObject> reader, EventReader decoder, LogFold fold, long first) {
    this.reader = reader;
    this.decoder = decoder;
    this.fold = fold;
    this.first = first;
  }

  /**
   * A replay that has read nothing yet.
   *
   * @throws Refusal when the log has lost its beginning and no snapshot replaces it that this
   *     version reads
   */
  static LogReplay open(LabTopics topics) {
    TopicReader<K8sObject> reader = topics.reader(Topics.K8S_OBJECTS);
    try {
      long begin = reader.beginningOffset();
      if (begin == 0) {
        reader.seekToBeginning();
        return new LogReplay(
            reader,
            topics.events(),
            LogFold.empty(topics.settings().text(Setting.CLUSTER_NAME)),
            0);
      }
      SortedMap<String, Snapshot> snapshots = topics.latest(Topics.SNAPSHOTS);
      if (!snapshots.containsKey(CLUSTER) || !snapshots.containsKey(POLICY)) {
        throw new Refusal(
            "The log begins at offset "
                + begin
                + " and no snapshot says what was before: nothing can be recomputed");
      }
      LogFold fold = SnapshotImages.restore(begin, snapshots.get(CLUSTER), snapshots.get(POLICY));
      long identitiesAt = fold.position();
      long policiesAt = fold.policy().position();
      if (identitiesAt > policiesAt || identitiesAt + 1 < begin) {
        throw new Refusal(
            "The log begins at offset "
                + begin
                + " and the snapshots (positions "
                + identitiesAt
                + " and "
                + policiesAt
                + ") do not meet there: try again when policy-stream has written its next one");
      }
      reader.seek(identitiesAt + 1);
      return new LogReplay(reader, topics.events(), fold, policiesAt + 1);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Offset of the first record whose revision this replay recomputes. */
  long first() {
    return first;
  }

  /** Offset after the last record that the log has now. */
  long end() {
    return reader.endOffset();
  }

  /**
   * Folds on until the record before {@code offset} is folded; gives out each record's step. What
   * comes next is read and decoded meanwhile, in a thread of its own. May be called again with a
   * later offset.
   */
  void upTo(long offset, BiConsumer<ObjectEvent, PolicyStep> sink) {
    long start = reader.nextOffset();
    try (ReadAhead<ObjectEvent> events = ReadAhead.of(() -> read(offset))) {
      events.forEach(
          event -> {
            records++;
            sink.accept(event, fold.apply(event));
          });
    }
    if (reader.nextOffset() > Math.max(start, offset)) {
      reader.seek(Math.max(start, offset)); // what was read of the records after it was not folded
    }
  }

  /** The next records before an offset, perhaps none yet; null when there are no more. */
  private List<ObjectEvent> read(long offset) {
    if (reader.nextOffset() >= offset) {
      return null;
    }
    List<ObjectEvent> events = new ArrayList<>();
    reader.pollBytes(
        PATIENCE,
        (at, value) -> {
          if (at < offset) {
            events.add(decoder.read(value, at));
          }
        });
    return events;
  }

  /** Records folded so far. */
  long records() {
    return records;
  }

  /** Identities, endpoints and addresses at the end of what was folded. */
  List<Change<ClusterRecord>> rows() {
    return fold.rows();
  }

  /** What is added to an offset of this log to make a revision; once its first record is folded. */
  long base() {
    return fold.policy().base();
  }

  PolicyFold policy() {
    return fold.policy();
  }

  @Override
  public void close() {
    reader.close();
  }
}
