package dev.sluice.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.broker.LocalKafka;
import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.ClusterRecords;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes over a real broker: one is paused past its session timeout while the other works,
 * wakes up, and takes over when the other is killed. Numbers and rows are those of one fold.
 */
class TwoInstancesTest {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  private final ClusterFold reference = ClusterFold.empty();
  private Settings settings;
  private TopicSerdes serdes;
  private KafkaProducer<String, K8sObject> producer;

  @Test
  void numbersAreTheSameWhoeverGaveThem(@TempDir Path directory) throws Exception {
    try (LocalKafka kafka = LocalKafka.start();
        TopicSerdes shared = TopicSerdes.connect(kafka.settings());
        Admin admin = KafkaClients.newAdmin(kafka.settings(), "test")) {
      settings = kafka.settings();
      serdes = shared;
      TopicCatalogue.ensure(admin, settings);
      try (KafkaProducer<String, K8sObject> sender =
          KafkaClients.newProducer(settings, "test", serdes, Topics.K8S_OBJECTS)) {
        producer = sender;
        takeTurns(directory);
      }
    }
  }

  private void takeTurns(Path directory) throws Exception {
    try (StreamProcessChild one = StreamProcessChild.start(settings, directory.resolve("one"))) {
      one.awaitReady();
      world();
      pods("early", 20);
      awaitRows();
      try (StreamProcessChild two = StreamProcessChild.start(settings, directory.resolve("two"))) {
        two.awaitReady();
        pods("more", 20);
        one.pause();
        pods("while-one-is-paused", 20);
        awaitRows();
        one.resume();
        pods("when-one-is-back", 20);
        awaitRows();
      }
      pods("after-two-was-killed", 20);
      awaitRows();
    }
  }

  private void world() throws Exception {
    send(ObjectEvent.Type.GENESIS, "Genesis", "", "", Map.of());
    send(
        ObjectEvent.Type.ADDED,
        "Namespace",
        "",
        "shop",
        Map.of("metadata", Map.of("name", "shop")));
    send(
        ObjectEvent.Type.ADDED,
        "Node",
        "",
        "node-1",
        Map.of(
            "metadata",
            Map.of("name", "node-1"),
            "spec",
            Map.of("podCIDRs", List.of("10.0.1.0/24")),
            "status",
            Map.of("addresses", List.of(Map.of("type", "InternalIP", "address", "172.31.0.1")))));
    for (String kind : ClusterFold.REQUIRED_KINDS.stream().sorted().toList()) {
      send(ObjectEvent.Type.SYNCED, kind, "", "", Map.of());
    }
  }

  private void pods(String name, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      long offset = reference.position() + 1;
      Map<String, Object> body =
          Map.of(
              "metadata",
              Map.of("name", name + i, "namespace", "shop", "labels", Map.of("app", name + i % 7)),
              "spec",
              Map.of("nodeName", "node-1"),
              "status",
              Map.of("podIPs", List.of(Map.of("ip", "10.0.1." + (10 + offset % 200)))));
      send(ObjectEvent.Type.ADDED, "Pod", "shop", name + i, body);
    }
  }

  private void send(
      ObjectEvent.Type type, String kind, String namespace, String name, Map<String, Object> body)
      throws Exception {
    ObjectKey key = new ObjectKey(kind, namespace, name);
    long offset = reference.position() + 1;
    ObjectEvent event =
        new ObjectEvent(offset, type, key, "v1", "uid-" + name, "1", offset, "test", 1, 0, body);
    long sent =
        producer
            .send(
                new ProducerRecord<>(
                    Topics.K8S_OBJECTS.name(settings), key.toString(), ObjectEvents.toAvro(event)))
            .get()
            .offset();
    assertEquals(offset, sent);
    reference.apply(ObjectEvents.fromAvro(ObjectEvents.toAvro(event), offset));
  }

  /** Waits until topic identities says what the fold of the whole log says. */
  private void awaitRows() {
    Map<String, String> wanted = new TreeMap<>();
    for (Change<ClusterRecord> change : reference.image()) {
      if (change.kind() == ClusterRecord.Identity.class) {
        wanted.put(change.key(), change.value().toString());
      }
    }
    wanted.put(Topics.MARK_KEY, Long.toString(reference.position()));
    Map<String, String> found = new TreeMap<>();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try (TopicReader<IdentityRow> reader = TopicReader.open(settings, serdes, Topics.IDENTITIES)) {
      while (!found.equals(wanted) && System.nanoTime() < deadline) {
        reader.poll(Duration.ofMillis(200), entry -> keep(found, entry));
      }
    }
    assertEquals(wanted, found);
  }

  private static void keep(Map<String, String> found, TopicReader.Entry<IdentityRow> entry) {
    switch (ClusterRecords.fromIdentity(entry.key(), entry.value(), entry.removedAt())) {
      case Row.Marked<ClusterRecord> mark -> found.put(entry.key(), Long.toString(mark.position()));
      case Row.Changed<ClusterRecord> row -> {
        if (row.change().isRemoval()) {
          found.remove(entry.key());
        } else {
          found.put(entry.key(), row.change().value().toString());
        }
      }
    }
  }
}
