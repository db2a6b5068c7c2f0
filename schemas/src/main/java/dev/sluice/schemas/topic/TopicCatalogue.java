package dev.sluice.schemas.topic;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the brokers' topics in line with {@link Topics}: creates what is missing and refuses what
 * is there but different. It never alters and never deletes a topic: a drifted topic is somebody's
 * decision or mistake, and its data is the product's memory.
 *
 * <p>Any number of processes may call it at once.
 */
public final class TopicCatalogue {
  private static final Logger LOG = LoggerFactory.getLogger(TopicCatalogue.class);
  private static final Duration VISIBLE = Duration.ofSeconds(30);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private TopicCatalogue() {}

  /**
   * Creates every missing topic and checks all of them.
   *
   * @throws TopicDriftException when a topic differs from the catalogue
   * @throws KafkaException when the brokers cannot be reached
   */
  public static void ensure(Admin admin, Settings settings) {
    ensure(admin, settings, Topics.all());
  }

  /** As {@link #ensure(Admin, Settings)}, for some topics only. */
  public static void ensure(Admin admin, Settings settings, Collection<Topic<?>> topics) {
    short replication = replication(admin, settings);
    Map<String, Topic<?>> byName = new HashMap<>();
    topics.forEach(topic -> byName.put(topic.name(settings), topic));
    Map<String, TopicDescription> found = describe(admin, byName.keySet());
    List<NewTopic> missing =
        topics.stream()
            .filter(topic -> !found.containsKey(topic.name(settings)))
            .map(topic -> newTopic(topic, settings, replication))
            .toList();
    create(admin, missing);
    awaitVisible(admin, byName.keySet(), found);
    List<TopicDriftException.Drift> drifts = new ArrayList<>();
    Map<String, Config> configs = configs(admin, byName.keySet());
    for (Topic<?> topic : topics) {
      String name = topic.name(settings);
      drifts.addAll(drifts(topic, settings, replication, found.get(name), configs.get(name)));
    }
    if (!drifts.isEmpty()) {
      throw new TopicDriftException(drifts);
    }
  }

  /**
   * Kafka's id of a topic: another one when it was deleted and made anew.
   *
   * @throws KafkaException when it is not there, or the brokers are not
   */
  public static String id(Admin admin, Settings settings, Topic<?> topic) {
    String name = topic.name(settings);
    TopicDescription found = describe(admin, List.of(name)).get(name);
    if (found == null) {
      throw new UnknownTopicOrPartitionException("there is no topic " + name);
    }
    return found.topicId().toString();
  }

  /** A topic is there for a client only once the broker it asks has heard of it. */
  private static void awaitVisible(
      Admin admin, Collection<String> names, Map<String, TopicDescription> found) {
    long deadline = System.nanoTime() + VISIBLE.toNanos();
    while (found.size() < names.size()) {
      List<String> missing = names.stream().filter(name -> !found.containsKey(name)).toList();
      found.putAll(describe(admin, missing));
      if (found.size() < names.size()) {
        if (System.nanoTime() > deadline) {
          throw new KafkaException(
              "topics just created are not visible after %d s: %s"
                  .formatted(VISIBLE.toSeconds(), missing));
        }
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
    }
  }

  private static short replication(Admin admin, Settings settings) {
    int wanted = settings.integer(Setting.TOPIC_REPLICATION);
    if (wanted > 0) {
      return (short) wanted;
    }
    return (short) (get(admin.describeCluster().nodes()).size() >= 3 ? 3 : 1);
  }

  private static NewTopic newTopic(Topic<?> topic, Settings settings, short replication) {
    Map<String, String> configuration = new HashMap<>(topic.configuration(settings));
    configuration.put(
        TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(minInSync(replication)));
    return new NewTopic(
            topic.name(settings),
            Optional.of(topic.partitionCount(settings)),
            Optional.of(replication))
        .configs(configuration);
  }

  private static int minInSync(int replication) {
    return replication >= 3 ? 2 : 1;
  }

  private static void create(Admin admin, List<NewTopic> missing) {
    for (Map.Entry<String, KafkaFuture<Void>> created :
        admin.createTopics(missing).values().entrySet()) {
      try {
        get(created.getValue());
        LOG.info("created topic {}", created.getKey());
      } catch (TopicExistsException e) {
        LOG.debug("another process created topic {}", created.getKey());
      }
    }
  }

  private static Map<String, TopicDescription> describe(Admin admin, Collection<String> names) {
    Map<String, TopicDescription> found = new HashMap<>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (name, description) -> {
              try {
                found.put(name, get(description));
              } catch (UnknownTopicOrPartitionException e) {
                LOG.debug("topic {} is not there", name);
              }
            });
    return found;
  }

  private static Map<String, Config> configs(Admin admin, Collection<String> names) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    Map<String, Config> configs = new HashMap<>();
    get(admin.describeConfigs(resources).all())
        .forEach((resource, config) -> configs.put(resource.name(), config));
    return configs;
  }

  private static List<TopicDriftException.Drift> drifts(
      Topic<?> topic,
      Settings settings,
      int replication,
      TopicDescription description,
      Config config) {
    String name = topic.name(settings);
    List<TopicDriftException.Drift> drifts = new ArrayList<>();
    int partitions = description.partitions().size();
    if (partitions != topic.partitionCount(settings)) {
      drifts.add(
          new TopicDriftException.Drift(
              name,
              "partitions",
              Integer.toString(partitions),
              Integer.toString(topic.partitionCount(settings)),
              topic
                  .partitions()
                  .map(setting -> "set " + setting.key() + "=" + partitions)
                  .orElse("its order is lost: use another topic.prefix")));
    }
    int replicas =
        description.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
    if (replicas < replication) {
      drifts.add(
          new TopicDriftException.Drift(
              name,
              "replication",
              Integer.toString(replicas),
              Integer.toString(replication),
              "reassign it with kafka-reassign-partitions, or set topic.replication=" + replicas));
    } else if (Integer.parseInt(value(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG))
        < minInSync(replication)) {
      drifts.add(
          altered(
              name,
              TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
              value(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
              Integer.toString(minInSync(replication)),
              ""));
    }
    topic
        .configuration(settings)
        .forEach(
            (property, expected) -> {
              String value = value(config, property);
              if (!expected.equals(value)) {
                boolean window = property.equals(TopicConfig.RETENTION_MS_CONFIG);
                String or =
                    window
                        ? topic
                            .retention()
                            .map(s -> ", or set " + s.key() + "=" + value + "ms")
                            .orElse("")
                        : "";
                drifts.add(altered(name, property, value, expected, or));
              }
            });
    return drifts;
  }

  private static TopicDriftException.Drift altered(
      String topic, String property, String found, String expected, String or) {
    return new TopicDriftException.Drift(
        topic,
        property,
        found,
        expected,
        "run kafka-configs --alter --topic %s --add-config %s=%s%s"
            .formatted(topic, property, expected, or));
  }

  private static String value(Config config, String property) {
    return config.get(property) == null ? "" : config.get(property).value();
  }

  /** Waits, and throws Kafka's own exception rather than its wrapping. */
  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new org.apache.kafka.common.errors.InterruptException(e);
    }
  }
}
