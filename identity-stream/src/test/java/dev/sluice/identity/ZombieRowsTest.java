package dev.sluice.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.foldruntime.FoldHost;
import dev.sluice.foldruntime.InputRecord;
import dev.sluice.foldruntime.SnapshotShelf;
import dev.sluice.foldruntime.TopicPages;
import dev.sluice.foldruntime.TopicTail;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;

/**
 * The topology over simulated topics: rows come out with marks, and overwritten ones come again.
 */
class ZombieRowsTest {
  private static final String WORLD = "reserved:world;";

  private final Settings settings = Settings.defaults();
  private final TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), settings);

  @Test
  void whatAZombieOverwroteIsWrittenAgain() {
    EmptyHost host = new EmptyHost();
    try (TopologyTestDriver driver =
        new TopologyTestDriver(IdentityTopology.of(settings, serdes, host), new Properties())) {
      TestInputTopic<String, K8sObject> objects = input(driver, Topics.K8S_OBJECTS);
      ClusterFold.REQUIRED_KINDS.stream()
          .sorted()
          .forEach(kind -> objects.pipeInput(kind + "//", synced(kind)));
      Map<String, IdentityRow> right = table(driver);
      assertEquals(
          ClusterFold.REQUIRED_KINDS.size() - 1,
          ((Mark) right.get(Topics.MARK_KEY).getEntry()).getPosition());

      driver.advanceWallClockTime(Duration.ofSeconds(2));
      right.forEach(host::wasWritten);
      host.wasWritten(WORLD, null);
      host.wasWritten("stranger", right.get(WORLD));
      host.wasWritten(Topics.MARK_KEY, new IdentityRow(1L, new Mark(1L, 0L, "")));
      driver.advanceWallClockTime(Duration.ofSeconds(2));
      Map<String, IdentityRow> repaired = table(driver);
      assertEquals(right.get(WORLD), repaired.get(WORLD));
      assertEquals(right.get(Topics.MARK_KEY), repaired.get(Topics.MARK_KEY));
      assertEquals(null, repaired.get("stranger"));
      assertEquals(3, repaired.size());
    }
  }

  private <V extends org.apache.avro.specific.SpecificRecord> TestInputTopic<String, V> input(
      TopologyTestDriver driver, Topic<V> topic) {
    return driver.createInputTopic(
        topic.name(settings), serdes.keys(topic).serializer(), serdes.values(topic).serializer());
  }

  /** What was written since the last time, the last row of each key; a tombstone is null. */
  private Map<String, IdentityRow> table(TopologyTestDriver driver) {
    return driver
        .createOutputTopic(
            Topics.IDENTITIES.name(settings),
            serdes.keys(Topics.IDENTITIES).deserializer(),
            serdes.values(Topics.IDENTITIES).deserializer())
        .readKeyValuesToMap();
  }

  private static K8sObject synced(String kind) {
    return K8sObject.newBuilder()
        .setType(EventType.SYNCED)
        .setKind(kind)
        .setTime(Instant.EPOCH)
        .setEpoch(1)
        .build();
  }

  /** A process whose topics were empty when it started. */
  private static final class EmptyHost implements FoldHost, TopicPages, SnapshotShelf {
    private final Deque<InputRecord> came = new ArrayDeque<>();
    private long end;

    /** A row of topic identities is there to be read back. */
    void wasWritten(String key, IdentityRow row) {
      came.add(new InputRecord(Topics.IDENTITIES, end++, key, row, -1));
    }

    @Override
    public TopicTail follow(Map<Topic<?>, Long> from) {
      return new TopicTail() {
        @Override
        public int poll(Consumer<InputRecord> sink) {
          int count = came.size();
          while (!came.isEmpty()) {
            sink.accept(came.poll());
          }
          return count;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public TopicPages pages() {
      return this;
    }

    @Override
    public SnapshotShelf shelf() {
      return this;
    }

    @Override
    public Duration snapshotInterval() {
      return Duration.ofMinutes(5);
    }

    @Override
    public void ready() {}

    @Override
    public void changed() {}

    @Override
    public void closed(Supplier<Optional<Image>> lastImage) {}

    @Override
    public long read(Topic<?> topic, long from, Consumer<InputRecord> sink) {
      return 0;
    }

    @Override
    public long readLast(Topic<?> topic, long count, Consumer<InputRecord> sink) {
      return 0;
    }

    @Override
    public long beginning(Topic<?> topic) {
      return 0;
    }

    @Override
    public Optional<Image> latest(String stream) {
      return Optional.empty();
    }

    @Override
    public void save(Image image) {}

    @Override
    public void tellOutcomes() {}
  }
}
