package dev.sluice.e2e.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.broker.LocalKafka;
import dev.sluice.lab.Waiting;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Identity;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever becomes of the instances, the topics hold what the folds give. */
@Timeout(300)
class StreamsOnBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SEED = 20260115;

  @TempDir private Path directory;
  private static LocalKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
  }

  @AfterAll
  static void stop() throws Exception {
    kafka.close();
  }

  private static Settings settings(String prefix) {
    return kafka
        .settings()
        .with(Setting.TOPIC_PREFIX, prefix)
        .with(Setting.SNAPSHOT_INTERVAL, "300ms")
        .with(Setting.STREAM_SESSION_TIMEOUT, "6s");
  }

  private StreamInstance instance(String mainClass, Settings settings, String name)
      throws Exception {
    return new StreamInstance(mainClass, settings, directory.resolve(name));
  }

  @Test
  void aKillAtAnyRecordChangesNothing() throws Exception {
    Settings settings = settings("killed.");
    Random random = new Random(SEED);
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        ObjectLogWriter writer = new ObjectLogWriter(settings, serdes, SEED);
        StreamInstance identity = instance(StreamInstance.IDENTITY, settings, "identity");
        StreamInstance policy = instance(StreamInstance.POLICY, settings, "policy")) {
      long last = writer.begin();
      identity.start();
      policy.start();
      try (Marks desired = marks(settings, serdes)) {
        desired.await(last);
        for (int round = 0; round < 6; round++) {
          Future<RecordMetadata> end = writer.change();
          for (int i = 0; i < 40; i++) {
            end = writer.change();
          }
          desired.await(last + random.nextInt(30));
          StreamInstance victim = round % 2 == 0 ? policy : identity;
          victim.kill();
          victim.start();
          last = end.get().offset();
        }
        desired.await(last);
      }
      awaitRight(settings, serdes);
    }
  }

  @Test
  void oneNumberPerLabelSetThoughAnInstanceSleepsPastItsSession() throws Exception {
    Settings settings = settings("paused.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        ObjectLogWriter writer = new ObjectLogWriter(settings, serdes, SEED + 1);
        StreamInstance identity = instance(StreamInstance.IDENTITY, settings, "identity-1");
        StreamInstance policy = instance(StreamInstance.POLICY, settings, "policy-1");
        StreamInstance otherIdentity = instance(StreamInstance.IDENTITY, settings, "identity-2");
        StreamInstance otherPolicy = instance(StreamInstance.POLICY, settings, "policy-2")) {
      long last = writer.begin();
      identity.start().awaitReady(1);
      policy.start().awaitReady(1);
      otherIdentity.start().awaitReady(1);
      otherPolicy.start().awaitReady(1);
      try (Marks desired = marks(settings, serdes)) {
        desired.await(last);
        for (int i = 0; i < 60; i++) {
          writer.change();
        }
        identity.pause(); // in the middle of these
        policy.pause();
        last = writer.change().get().offset();
        desired.await(last); // the others have taken over
        for (int i = 0; i < 20; i++) {
          writer.change();
        }
        identity.resume(); // and now there are zombies
        policy.resume();
        for (int i = 0; i < 20; i++) {
          writer.change();
        }
        writer.stale();
        last = writer.change().get().offset();
        desired.await(last);
      }
      awaitRightAfterRepairs(settings, serdes);
      assertOneNumberPerLabelSet(settings, serdes);
    }
  }

  @Test
  void whatAZombieWritesOverIsRepaired() throws Exception {
    Settings settings = settings("zombie.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        ObjectLogWriter writer = new ObjectLogWriter(settings, serdes, SEED + 2);
        StreamInstance identity = instance(StreamInstance.IDENTITY, settings, "identity");
        StreamInstance policy = instance(StreamInstance.POLICY, settings, "policy");
        Marks desired = marks(settings, serdes);
        KafkaProducer<String, DesiredRow> zombie =
            KafkaClients.newProducer(settings, "zombie", serdes, Topics.DESIRED)) {
      long last = writer.begin();
      identity.start();
      policy.start();
      desired.await(last);
      String topic = Topics.DESIRED.name(settings);
      TreeMap<String, SpecificRecord> table = table(settings, serdes, Topics.DESIRED);
      String address =
          table.keySet().stream().filter(k -> k.startsWith("address/")).findFirst().get();
      zombie.send(
          new ProducerRecord<>(
              topic, null, address, null, List.of(TopicReader.removedAt(last - 1))));
      zombie.send(new ProducerRecord<>(topic, "member/ghost/999", (DesiredRow) table.get(address)));
      zombie.send(
          new ProducerRecord<>(
              topic, Topics.MARK_KEY, new DesiredRow(last - 2, new Mark(last - 2, 1L, "old"))));
      zombie.flush();
      last = writer.change().get().offset();
      desired.await(last);
      awaitRightAfterRepairs(settings, serdes);
    }
  }

  @Test
  void aRecordThatCannotBeReadStopsTheProcessAndIsNamed() throws Exception {
    Settings settings = settings("garbage.");
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        ObjectLogWriter writer = new ObjectLogWriter(settings, serdes, SEED + 3);
        StreamInstance identity = instance(StreamInstance.IDENTITY, settings, "identity");
        StreamInstance policy = instance(StreamInstance.POLICY, settings, "policy");
        Marks desired = marks(settings, serdes);
        KafkaProducer<byte[], byte[]> stranger =
            new KafkaProducer<>(
                KafkaClients.producer(settings, "stranger"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      long last = writer.begin();
      identity.start();
      policy.start();
      desired.await(last);
      String topic = Topics.K8S_OBJECTS.name(settings);
      long offset =
          stranger.send(new ProducerRecord<>(topic, new byte[] {1}, new byte[] {2})).get().offset();
      String named = "topic %s, partition 0, offset %d cannot be read".formatted(topic, offset);
      for (StreamInstance each : List.of(identity, policy)) {
        assertEquals(1, each.awaitEnd());
        assertTrue(each.log().lines().anyMatch(line -> line.contains(": " + named)), each.log());
      }
      assertEquals(1, policy.start().awaitEnd(), "and again when it is started again");
    }
  }

  private Marks marks(Settings settings, TopicSerdes serdes) {
    return new Marks(TopicReader.open(settings, serdes, Topics.DESIRED));
  }

  /** How far desired is compiled; what one look read past its goal counts for the next. */
  private final class Marks implements AutoCloseable {
    private final TopicReader<DesiredRow> desired;
    private long marked = -1;

    Marks(TopicReader<DesiredRow> desired) {
      this.desired = desired;
    }

    void await(long position) throws IOException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (marked < position) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(marked + " of " + position + " is compiled\n" + logs());
        }
        desired.poll(
            Duration.ofMillis(50),
            entry -> {
              if (entry.value() != null && entry.value().getEntry() instanceof Mark mark) {
                marked = Math.max(marked, mark.getPosition());
              }
            });
      }
    }

    @Override
    public void close() {
      desired.close();
    }
  }

  private String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path log : files.filter(file -> file.endsWith("log")).sorted().toList()) {
        all.append(log).append('\n').append(Files.readString(log));
      }
    }
    return all.toString();
  }

  private static RightRows right(Settings settings, TopicSerdes serdes) {
    return RightRows.of(settings, all(settings, serdes, Topics.K8S_OBJECTS));
  }

  /** Each row with the position that it is true for. */
  private static void awaitRight(Settings settings, TopicSerdes serdes) {
    awaitRight(settings, serdes, SpecificRecord::toString);
  }

  /** Repaired rows have a later position: what they say is compared without it. */
  private static void awaitRightAfterRepairs(Settings settings, TopicSerdes serdes) {
    awaitRight(
        settings, serdes, row -> row.get(row.getSchema().getField("entry").pos()).toString());
  }

  /**
   * The last mark of desired is no sign that all is there: identity-stream's may come after it, and
   * what a zombie still has in hand.
   */
  private static void awaitRight(
      Settings settings, TopicSerdes serdes, Function<SpecificRecord, String> said) {
    RightRows right = right(settings, serdes);
    List<Object> wanted = new ArrayList<>();
    right.tables().forEach((topic, rows) -> wanted.add(texts(rows, said)));
    wanted.add(right.diagnostics());
    wanted.add(right.revisions());
    Supplier<List<Object>> found =
        () -> {
          List<Object> all = new ArrayList<>();
          right
              .tables()
              .forEach((topic, rows) -> all.add(texts(table(settings, serdes, topic), said)));
          all.add(told(settings, serdes));
          all.add(revisions(settings, serdes));
          return all;
        };
    if (!Waiting.until(PATIENCE, () -> wanted.equals(found.get()))) {
      assertEquals(wanted, found.get());
    }
  }

  private static TreeMap<String, String> texts(
      TreeMap<String, SpecificRecord> rows, Function<SpecificRecord, String> said) {
    TreeMap<String, String> texts = new TreeMap<>();
    rows.forEach((key, row) -> texts.put(key, said.apply(row)));
    return texts;
  }

  private static List<String> told(Settings settings, TopicSerdes serdes) {
    List<String> told = new ArrayList<>();
    table(settings, serdes, Topics.DIAGNOSTICS)
        .forEach((key, row) -> told.add(key + " " + ((Diagnostic) row).getMessage()));
    return told;
  }

  /** Each once: after a crash the last ones are added again. */
  private static List<String> revisions(Settings settings, TopicSerdes serdes) {
    return all(settings, serdes, Topics.REVISIONS).stream()
        .map(TopicReader.Entry::value)
        .map(StreamsOnBrokerTest::text)
        .distinct()
        .toList();
  }

  private static String text(Revision made) {
    return made.getRevision() + " " + made.getHash() + " after " + made.getPreviousHash();
  }

  /** In every record that was ever written, by whichever instance. */
  private static void assertOneNumberPerLabelSet(Settings settings, TopicSerdes serdes) {
    Map<String, Integer> numbers = new HashMap<>();
    Map<Integer, String> labels = new HashMap<>();
    for (TopicReader.Entry<IdentityRow> entry : all(settings, serdes, Topics.IDENTITIES)) {
      if (entry.value() != null && entry.value().getEntry() instanceof Identity identity) {
        Integer number = numbers.putIfAbsent(entry.key(), identity.getNumber());
        assertEquals(
            number == null ? identity.getNumber() : number, identity.getNumber(), entry.key());
        String before = labels.putIfAbsent(identity.getNumber(), entry.key());
        assertEquals(before == null ? entry.key() : before, entry.key(), "" + identity.getNumber());
      }
    }
    assertTrue(numbers.size() > 5, "the world has identities");
  }

  private static <V extends SpecificRecord> List<TopicReader.Entry<V>> all(
      Settings settings, TopicSerdes serdes, Topic<V> topic) {
    try (TopicReader<V> reader = TopicReader.open(settings, serdes, topic)) {
      return reader.readToEnd();
    }
  }

  private static TreeMap<String, SpecificRecord> table(
      Settings settings, TopicSerdes serdes, Topic<?> topic) {
    TreeMap<String, SpecificRecord> table = new TreeMap<>();
    for (TopicReader.Entry<? extends SpecificRecord> entry : all(settings, serdes, topic)) {
      if (entry.value() == null) {
        table.remove(entry.key());
      } else {
        table.put(entry.key(), entry.value());
      }
    }
    return table;
  }
}
