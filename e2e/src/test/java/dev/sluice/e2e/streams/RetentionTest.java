package dev.sluice.e2e.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.broker.LocalKafka;
import dev.sluice.cli.Main;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.lab.Waiting;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.Snapshot;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retention has taken the beginning of the log: what was goes on from snapshots. */
@Timeout(300)
class RetentionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SEED = 20261126;
  private static final int CHANGES = 60;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path directory;
  private LocalKafka kafka;
  private Settings settings;
  private TopicSerdes serdes;
  private ObjectLogWriter writer;
  private int instances;

  @BeforeEach
  void start() throws Exception {
    kafka = LocalKafka.start();
    settings = kafka.settings().with(Setting.TOPIC_PREFIX, "short.");
    serdes = TopicSerdes.connect(settings);
    writer = new ObjectLogWriter(settings, serdes, SEED);
  }

  @AfterEach
  void stop() throws Exception {
    writer.close();
    serdes.close();
    kafka.close();
  }

  @Test
  void whatIsLeftOfTheLogVerifiesFromSnapshots() throws Exception {
    long snapshot = begin();
    long last = goOn();
    truncate(Topics.K8S_OBJECTS, snapshot + 1);
    long ended = goOn(); // streams that begin now begin with snapshots too
    JsonNode replay = MAPPER.readTree(verified(0));
    TreeSet<Long> before = new TreeSet<>();
    TreeSet<Long> after = new TreeSet<>();
    for (Revision one : revisions()) {
      (one.getPosition() <= snapshot ? before : after).add(one.getRevision());
    }
    assertTrue(!before.isEmpty() && after.size() > 1, before + " " + after);
    assertEquals(snapshot + 1, replay.path("firstOffset").asLong());
    assertEquals(ended + 1, replay.path("endOffset").asLong());
    assertEquals(before.size(), replay.path("revisionsBeforeTheLog").asInt());
    assertEquals(after.size(), replay.path("revisions").asInt());
    assertTrue(replay.path("identities").asInt() > 0, replay.toString());
    assertTrue(last < ended, "the log went on");
    rewriteSnapshotsWithFormat(7);
    String said = verified(1);
    assertTrue(said.contains("has format 7, and this version reads "), said);
  }

  /** As if another version had written them. */
  private void rewriteSnapshotsWithFormat(int format) throws Exception {
    try (TopicReader<Snapshot> reader = TopicReader.open(settings, serdes, Topics.SNAPSHOTS);
        KafkaProducer<String, Snapshot> producer =
            KafkaClients.newProducer(settings, "test", serdes, Topics.SNAPSHOTS)) {
      for (TopicReader.Entry<Snapshot> entry : reader.readToEnd()) {
        Snapshot other = Snapshot.newBuilder(entry.value()).setFormat(format).build();
        producer
            .send(new ProducerRecord<>(Topics.SNAPSHOTS.name(settings), entry.key(), other))
            .get();
      }
    }
  }

  @Test
  void revisionsThatAreGoneAreDifferences() throws Exception {
    begin();
    List<Revision> all = revisions();
    assertEquals(all.size(), MAPPER.readTree(verified(0)).path("revisions").asInt());
    truncate(Topics.REVISIONS, all.size());
    assertEquals(numbers(all), notKept(MAPPER.readTree(verified(1))));
    write(all.subList(0, all.size() - 2)); // and so the tail alone is gone
    JsonNode cut = MAPPER.readTree(verified(1));
    assertEquals(numbers(all.subList(all.size() - 2, all.size())), notKept(cut));
    assertEquals(all.size() - 2, cut.path("revisions").asInt());
    write(all.subList(all.size() - 2, all.size()));
    assertEquals(all.size(), MAPPER.readTree(verified(0)).path("revisions").asInt());
  }

  @Test
  void aTimeMeansTheRevisionThatWasInForceThen() throws Exception {
    begin();
    List<Revision> all = revisions();
    for (Revision one : all.subList(all.size() / 2, all.size() / 2 + 2)) {
      JsonNode at = MAPPER.readTree(said(0, "policy", "at", Long.toString(one.getRevision())));
      assertEquals(one.getHash(), at.path("hash").asText());
      for (int afterMillis : List.of(0, 999)) { // the next event is a second later
        String time = one.getTime().plusMillis(afterMillis).toString();
        assertEquals(at, MAPPER.readTree(said(0, "policy", "at", time)), time);
      }
    }
    String before = all.getFirst().getTime().minusMillis(1).toString();
    assertTrue(said(1, "policy", "at", before).contains("No revision that is kept"), before);
  }

  private static List<Long> numbers(List<Revision> revisions) {
    return revisions.stream().map(Revision::getRevision).toList();
  }

  private static List<Long> notKept(JsonNode replay) {
    assertFalse(replay.path("verified").asBoolean(), replay.toString());
    List<Long> numbers = new ArrayList<>();
    for (JsonNode one : replay.path("mismatches")) {
      assertEquals("revision", one.path("field").asText(), replay.toString());
      assertEquals("", one.path("kept").asText(), replay.toString());
      numbers.add(one.path("revision").asLong());
    }
    return numbers;
  }

  private void write(List<Revision> revisions) throws Exception {
    try (KafkaProducer<String, Revision> producer =
        KafkaClients.newProducer(settings, "test", serdes, Topics.REVISIONS)) {
      for (Revision one : revisions) {
        producer
            .send(
                new ProducerRecord<>(
                    Topics.REVISIONS.name(settings), Long.toString(one.getRevision()), one))
            .get();
      }
    }
  }

  @Test
  void aLogThatLostMoreThanTheSnapshotsKnowIsNotVerified() throws Exception {
    long snapshot = begin();
    goOn();
    truncate(Topics.K8S_OBJECTS, snapshot + 2);
    String said = verified(1);
    assertTrue(
        said.contains(
            "The log begins at offset " + (snapshot + 2) + " and the snapshots (position"),
        said);
  }

  /** Writes a log's beginning; returns the position of which both streams have a snapshot. */
  private long begin() throws Exception {
    long last = writer.begin();
    for (int i = 0; i < CHANGES; i++) {
      last = writer.change().get().offset();
    }
    Settings often = settings.with(Setting.SNAPSHOT_INTERVAL, "100ms");
    try (StreamInstance identity = stream(StreamInstance.IDENTITY, often);
        StreamInstance policy = stream(StreamInstance.POLICY, often)) {
      awaitMark(last);
      long position = last;
      boolean written =
          Waiting.until(PATIENCE, () -> snapshots().equals(List.of(position, position)));
      assertTrue(written, () -> snapshots() + " of " + position + identity.log() + policy.log());
    }
    return last;
  }

  /** More of the log, folded by new instances of the streams that write no snapshot. */
  private long goOn() throws Exception {
    Settings seldom = settings.with(Setting.SNAPSHOT_INTERVAL, "1h");
    try (StreamInstance identity = stream(StreamInstance.IDENTITY, seldom);
        StreamInstance policy = stream(StreamInstance.POLICY, seldom)) {
      long last = 0;
      for (int i = 0; i < CHANGES; i++) {
        last = writer.change().get().offset();
      }
      awaitMark(last);
      return last;
    }
  }

  private StreamInstance stream(String mainClass, Settings given) throws Exception {
    return new StreamInstance(mainClass, given, directory.resolve("instance-" + instances++))
        .start();
  }

  /** Up to which record of the log the snapshots go, of the cluster and of policies. */
  private List<Long> snapshots() {
    long cluster = -1;
    long policy = -1;
    try (TopicReader<Snapshot> reader = TopicReader.open(settings, serdes, Topics.SNAPSHOTS)) {
      for (TopicReader.Entry<Snapshot> entry : reader.readToEnd()) {
        if (entry.key().equals("identity-stream")) {
          cluster = IdentityFold.restore(image(entry.value())).position();
        } else if (entry.key().equals("policy-stream")) {
          policy = PolicySnapshot.decode(image(entry.value())).gate().position();
        }
      }
    }
    return List.of(cluster, policy);
  }

  private static byte[] image(Snapshot snapshot) {
    ByteBuffer image = snapshot.getImage().duplicate();
    byte[] bytes = new byte[image.remaining()];
    image.get(bytes);
    return bytes;
  }

  /** As retention does, at once. */
  private void truncate(Topic<?> topic, long begin)
      throws ExecutionException, InterruptedException {
    TopicPartition log = new TopicPartition(topic.name(settings), 0);
    try (Admin admin = KafkaClients.newAdmin(settings, "retention")) {
      admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(begin))).all().get();
    }
  }

  private void awaitMark(long position) {
    boolean marked =
        Waiting.until(
            PATIENCE,
            () -> {
              try (TopicReader<DesiredRow> desired =
                  TopicReader.open(settings, serdes, Topics.DESIRED)) {
                return desired.readToEnd().stream()
                    .map(TopicReader.Entry::value)
                    .anyMatch(
                        row ->
                            row != null
                                && row.getEntry() instanceof Mark mark
                                && mark.getPosition() >= position);
              }
            });
    assertTrue(marked, () -> "nothing compiled up to " + position);
  }

  private List<Revision> revisions() {
    try (TopicReader<Revision> reader = TopicReader.open(settings, serdes, Topics.REVISIONS)) {
      return reader.readToEnd().stream().map(TopicReader.Entry::value).toList();
    }
  }

  /** What {@code replay --verify} says of this log, from anywhere. */
  private String verified(int status) {
    return said(status, "replay", "--verify");
  }

  private String said(int status, String... words) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(
        List.of(
            "-o",
            "json",
            "--bootstrap-servers",
            settings.text(Setting.KAFKA_BOOTSTRAP_SERVERS),
            "--registry",
            settings.text(Setting.SCHEMA_REGISTRY_URL),
            "--set",
            "topic.prefix=short."));
    int ended = Main.commandLine().setOut(out).setErr(out).execute(all.toArray(String[]::new));
    out.flush();
    assertEquals(status, ended, text.toString());
    return text.toString();
  }
}
