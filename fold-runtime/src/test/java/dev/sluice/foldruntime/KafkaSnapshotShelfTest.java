package dev.sluice.foldruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stream whose image does not fit topic snapshots goes on; that it does so is seen. */
class KafkaSnapshotShelfTest {
  private static final Instant NOW = Instant.parse("2026-01-15T10:00:00Z");

  private final Settings settings = Settings.defaults();
  private final TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), settings);
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final ExecutorService telling = Executors.newSingleThreadExecutor();
  private final KafkaSnapshotShelf shelf =
      new KafkaSnapshotShelf(
          settings, serdes, null, producer, Clock.fixed(NOW, ZoneOffset.UTC), telling);

  KafkaSnapshotShelfTest() {
    serdes.register(List.of(Topics.SNAPSHOTS, Topics.DIAGNOSTICS));
  }

  @AfterEach
  void close() {
    shelf.close();
    serdes.close();
  }

  private void save(long position) {
    shelf.save(new SnapshotShelf.Image("policy-stream", position, 1, new byte[10]));
  }

  /** What was told, {@code null} where it was taken back, and forgets it. */
  private List<Diagnostic> told() {
    while (producer.completeNext()) {
      continue;
    }
    shelf.tellOutcomes();
    CompletableFuture.runAsync(() -> {}, telling).join();
    while (producer.completeNext()) {
      continue;
    }
    List<Diagnostic> told = new ArrayList<>();
    String topic = Topics.DIAGNOSTICS.name(settings);
    for (ProducerRecord<byte[], byte[]> record : producer.history()) {
      if (record.topic().equals(topic)) {
        assertEquals(
            "Stream//policy-stream|snapshot-not-written|snapshots",
            serdes.keys(Topics.DIAGNOSTICS).deserializer().deserialize(topic, record.key()));
        told.add(
            serdes.values(Topics.DIAGNOSTICS).deserializer().deserialize(topic, record.value()));
      }
    }
    producer.clear();
    return told;
  }

  private void tooLarge(long position) {
    save(position);
    assertTrue(producer.errorNext(new RecordTooLargeException("too large")));
  }

  @Test
  void oneThatIsTooLargeIsToldAndCountedUntilOneIsWritten() {
    tooLarge(7);
    assertEquals(1, told().size());
    tooLarge(8);
    Diagnostic last = told().getLast();
    assertEquals(Severity.ERROR, last.getSeverity());
    assertEquals("policy-stream", last.getName());
    assertEquals(NOW, last.getTime());
    assertEquals(
        "2 snapshots could not be written (none was written since its process began), now that of"
            + " position 8: it has 10 bytes, and topic snapshots takes 67108864; a smaller cluster"
            + " needs less. A start reads the log from the last one, and fails when the log begins"
            + " later: keep topic k8s.objects for longer until this is mended",
        last.getMessage());
    save(9);
    List<Diagnostic> after = told();
    assertEquals(1, after.size());
    assertEquals(null, after.getFirst(), "taken back");
    save(10);
    assertEquals(List.of(), told());
  }

  @Test
  void whatAFormerProcessToldIsTakenBackByTheFirstThatIsWritten() {
    save(7);
    assertEquals(1, told().size());
    tooLarge(8);
    assertTrue(told().getLast().getMessage().contains("the last is of 7"));
  }

  /** The producer's thread would wait for a topic of which it alone can learn. */
  @Test
  void nothingIsSentByTheThreadThatLearnsWhatBecameOfASnapshot() {
    tooLarge(7);
    save(8);
    assertTrue(producer.completeNext());
    assertEquals(2, producer.history().size(), "the snapshots");
  }

  /** A producer that does not know the other topic yet holds its caller until it does. */
  @Test
  void theStreamsThreadDoesNotWaitUntilItIsTold() {
    CompletableFuture<Void> known = new CompletableFuture<>();
    telling.execute(known::join);
    tooLarge(7);
    shelf.tellOutcomes();
    assertEquals(1, producer.history().size(), "the snapshot");
    known.complete(null);
    assertEquals(1, told().size());
  }
}
