package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One instance of a stream, with a consumer that starts anywhere before the end (whatever was
 * committed) and a producer whose rows are under way until {@link #deliver} or lost.
 */
final class SimulatedInstance {
  private final SimulatedTopics topics;
  private final Random random;
  private final FoldEngine engine;
  private final Map<Topic<?>, Long> cursors = new HashMap<>();
  private final Map<Topic<?>, Deque<OutputRow>> underWay = new HashMap<>();
  private final List<Topic<?>> sources = new ArrayList<>();
  private boolean ready;
  private int changes;
  private boolean handedOver = true;
  private boolean behindRows = true;

  SimulatedInstance(SimulatedTopics topics, Random random) {
    this(topics, random, Duration.ofMillis(20));
  }

  SimulatedInstance(SimulatedTopics topics, Random random, Duration snapshotInterval) {
    this.topics = topics;
    this.random = random;
    Derivation derivation =
        new NumberingDerivation() {
          @Override
          public void catchUp() {
            super.catchUp();
            behindRows &= handedOver || !ready;
          }
        };
    this.engine =
        new FoldEngine(
            derivation,
            topics,
            topics,
            snapshotInterval,
            new FoldEngine.RowWriter() {
              @Override
              public void add(OutputRow row) {
                underWay.computeIfAbsent(row.topic(), t -> new ArrayDeque<>()).add(row);
                handedOver = false;
              }

              @Override
              public void handOver() {
                handedOver = true;
              }
            },
            () -> ready = true,
            () -> changes++);
    sources.add(Topics.K8S_OBJECTS);
    derivation.outputs().forEach(output -> sources.add(output.topic()));
    for (Topic<?> source : sources) {
      cursors.put(source, (long) random.nextInt((int) topics.end(source) + 1));
    }
  }

  boolean ready() {
    return ready;
  }

  /** How often it told of a change. */
  int changes() {
    return changes;
  }

  /** Whether rows were on their way whenever the fold did what they do not need. */
  boolean behindRows() {
    return behindRows;
  }

  void tick(long millis) {
    engine.tick(millis);
  }

  /** Reads one record of a source that has one; false when all are read to their ends. */
  boolean step() {
    List<Topic<?>> behind =
        sources.stream().filter(s -> topics.next(s, cursors.get(s)).isPresent()).toList();
    if (behind.isEmpty()) {
      return false;
    }
    Topic<?> source = behind.get(random.nextInt(behind.size()));
    InputRecord record = topics.next(source, cursors.get(source)).orElseThrow();
    cursors.put(source, record.offset() + 1);
    engine.accept(record);
    return true;
  }

  /** The offset that it reads next. */
  long cursor(Topic<?> topic) {
    return cursors.get(topic);
  }

  /** Some rows of each topic arrive, in order. */
  void deliver() {
    underWay.forEach(
        (topic, rows) -> {
          for (int count = random.nextInt(rows.size() + 1); count > 0; count--) {
            topics.append(rows.poll());
          }
        });
  }

  /** All rows arrive; false when none was under way. */
  boolean deliverAll() {
    boolean any = underWay.values().stream().anyMatch(rows -> !rows.isEmpty());
    underWay.forEach(
        (topic, rows) -> {
          rows.forEach(topics::append);
          rows.clear();
        });
    return any;
  }
}
