package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicDriftException;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The catalogue against a real broker; every test has a prefix of its own. */
@Timeout(120)
class TopicCatalogueTest {
  private static LocalKafka kafka;
  private static Admin admin;

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalKafka.start();
    admin = KafkaClients.newAdmin(kafka.settings(), "test");
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    kafka.close();
  }

  @Test
  void missingTopicsAreMadeAndFoundInOrder() throws Exception {
    Settings settings = settings("made.");
    TopicCatalogue.ensure(admin, settings);
    TopicCatalogue.ensure(admin, settings);
    Set<String> names = admin.listTopics().names().get();
    Topics.all().forEach(topic -> assertTrue(names.contains(topic.name(settings)), topic::suffix));
    assertEquals(4, partitions("made.flows"));
    assertEquals(1, partitions("made.k8s.objects"));
  }

  @Test
  void manyProcessesMayStartAtOnce() {
    Settings settings = settings("race.");
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      starts.add(CompletableFuture.runAsync(() -> TopicCatalogue.ensure(admin, settings)));
    }
    starts.forEach(CompletableFuture::join);
  }

  @Test
  void otherPartitionsAreRefused() throws Exception {
    Settings settings = settings("split.");
    create("split.k8s.objects", 3, Topics.K8S_OBJECTS.configuration(settings));
    create("split.flows", 2, Topics.FLOWS.configuration(settings));
    assertEquals(
        List.of(
            "topic split.k8s.objects has partitions 3, expected 1: its order is lost: use another"
                + " topic.prefix.",
            "topic split.flows has partitions 2, expected 4: set flows.partitions=2."),
        drifts(settings));
  }

  @Test
  void otherCleanupIsRefused() throws Exception {
    Settings settings = settings("cleanup.");
    Map<String, String> configuration = new HashMap<>(Topics.K8S_OBJECTS.configuration(settings));
    configuration.put("cleanup.policy", "compact");
    create("cleanup.k8s.objects", 1, configuration);
    assertEquals(
        List.of(
            "topic cleanup.k8s.objects has cleanup.policy compact, expected delete: run"
                + " kafka-configs --alter --topic cleanup.k8s.objects --add-config"
                + " cleanup.policy=delete."),
        drifts(settings));
  }

  @Test
  void anotherWindowIsRefusedAndEitherSideMayGiveWay() {
    Settings settings = settings("window.");
    TopicCatalogue.ensure(admin, settings.with(Setting.HISTORY_WINDOW, "12h"));
    assertEquals(
        List.of(
            "topic window.k8s.objects has retention.ms 43200000, expected 2592000000: run"
                + " kafka-configs --alter --topic window.k8s.objects --add-config"
                + " retention.ms=2592000000, or set history.window=43200000ms.",
            "topic window.dns.answers has retention.ms 43200000, expected 2592000000: run"
                + " kafka-configs --alter --topic window.dns.answers --add-config"
                + " retention.ms=2592000000, or set history.window=43200000ms.",
            "topic window.revisions has retention.ms 43200000, expected 2592000000: run"
                + " kafka-configs --alter --topic window.revisions --add-config"
                + " retention.ms=2592000000, or set history.window=43200000ms."),
        drifts(settings));
    TopicCatalogue.ensure(admin, settings.with(Setting.HISTORY_WINDOW, "43200000ms"));
  }

  @Test
  void nothingOfADriftedTopicIsChanged() throws Exception {
    Settings settings = settings("kept.");
    create("kept.desired", 2, Map.of());
    assertThrows(TopicDriftException.class, () -> TopicCatalogue.ensure(admin, settings));
    assertEquals(2, partitions("kept.desired"));
  }

  private static Settings settings(String prefix) {
    return kafka.settings().with(Setting.TOPIC_PREFIX, prefix);
  }

  private static void create(String name, int partitions, Map<String, String> configuration)
      throws Exception {
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configuration);
    admin.createTopics(List.of(topic)).all().get();
  }

  private static List<String> drifts(Settings settings) {
    return assertThrows(TopicDriftException.class, () -> TopicCatalogue.ensure(admin, settings))
        .getMessage()
        .lines()
        .toList();
  }

  private static int partitions(String name) throws Exception {
    return admin
        .describeTopics(List.of(name))
        .topicNameValues()
        .get(name)
        .get()
        .partitions()
        .size();
  }
}
