package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be there before a stream starts: its topics, and the schemas of what it writes. */
public final class Preparation {
  private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

  private Preparation() {}

  /**
   * Creates the topics of a stream and registers its schemas; tries for as long as brokers or
   * registry are away.
   *
   * @throws dev.sluice.schemas.topic.TopicDriftException when a topic is not what it should be
   */
  public static void of(Settings settings, TopicSerdes serdes, Derivation derivation)
      throws InterruptedException {
    Set<Topic<?>> all = new LinkedHashSet<>(derivation.inputs());
    derivation.outputs().forEach(output -> all.add(output.topic()));
    all.addAll(List.of(Topics.SNAPSHOTS, Topics.DIAGNOSTICS));
    List<Topic<?>> topics = List.copyOf(all);
    Backoff backoff = new Backoff();
    while (true) {
      try (Admin admin = KafkaClients.newAdmin(settings, derivation.name() + "-admin")) {
        TopicCatalogue.ensure(admin, settings, topics);
        serdes.register(topics);
        return;
      } catch (KafkaException | RegistryException away) {
        if (away instanceof RegistryException refused && !refused.unavailable()) {
          throw refused;
        }
        Duration wait = backoff.next();
        LOG.warn(
            "{} waits for brokers and registry: {}; trying again in {} ms",
            derivation.name(),
            away.getMessage(),
            wait.toMillis());
        new CountDownLatch(1).await(wait.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }
}
