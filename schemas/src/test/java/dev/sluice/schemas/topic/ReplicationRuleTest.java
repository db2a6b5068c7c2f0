package dev.sluice.schemas.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.schemas.config.Settings;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.MockAdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/** Three replicas, two of them in sync, where there are brokers for it. */
class ReplicationRuleTest {
  private static final List<Topic<?>> TOPICS = List.of(Topics.K8S_OBJECTS);
  private static final String NAME = "sluice.k8s.objects";

  @Test
  void threeBrokersKeepThreeReplicas() throws Exception {
    assertEquals("3/2", made(3, Settings.defaults()));
    assertEquals("3/2", made(5, Settings.defaults()));
  }

  @Test
  void fewerKeepOne() throws Exception {
    assertEquals("1/1", made(1, Settings.defaults()));
    assertEquals("1/1", made(2, Settings.defaults()));
  }

  @Test
  void theSettingWins() throws Exception {
    assertEquals("2/1", made(3, Settings.of("topic.replication=2")));
    assertEquals("4/2", made(5, Settings.of("topic.replication=4")));
  }

  @Test
  void tooFewReplicasAreRefusedWithTheRemedy() {
    try (MockAdminClient admin = MockAdminClient.create().numBrokers(3).build()) {
      admin.createTopics(
          List.of(
              new NewTopic(NAME, 1, (short) 1)
                  .configs(Topics.K8S_OBJECTS.configuration(Settings.defaults()))));
      TopicDriftException drift =
          assertThrows(
              TopicDriftException.class,
              () -> TopicCatalogue.ensure(admin, Settings.defaults(), TOPICS));
      assertEquals(
          "topic sluice.k8s.objects has replication 1, expected 3: reassign it with"
              + " kafka-reassign-partitions, or set topic.replication=1.",
          drift.getMessage());
    }
  }

  private static String made(int brokers, Settings settings) throws Exception {
    try (MockAdminClient admin = MockAdminClient.create().numBrokers(brokers).build()) {
      TopicCatalogue.ensure(admin, settings, TOPICS);
      int replicas =
          admin
              .describeTopics(List.of(NAME))
              .topicNameValues()
              .get(NAME)
              .get()
              .partitions()
              .getFirst()
              .replicas()
              .size();
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, NAME);
      Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      return replicas + "/" + config.get("min.insync.replicas").value();
    }
  }
}
