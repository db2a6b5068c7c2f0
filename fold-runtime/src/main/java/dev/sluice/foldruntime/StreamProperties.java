package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.topic.KafkaClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;

/** The Kafka Streams properties of a fold, beyond those of every stream. */
final class StreamProperties {
  private static final String MINUTES_30 = "1800000";

  private StreamProperties() {}

  static Properties of(Settings settings, String name) {
    Map<String, Object> all =
        KafkaClients.streams(settings, settings.text(Setting.TOPIC_PREFIX) + name);
    // A row waits for the brokers rather than leave a hole before the rows after it.
    all.put("producer.delivery.timeout.ms", Integer.MAX_VALUE);
    all.put("producer.max.block.ms", MINUTES_30);
    // Order comes from positions: no input waits for another.
    all.put("max.task.idle.ms", -1);
    // A record ends the wait for one: this is how soon a tick is.
    all.put("poll.ms", 100);
    // A commit waits for the producer; where the fold goes on from is the snapshot's business.
    all.put("commit.interval.ms", 2000);
    all.put("deserialization.exception.handler", UnreadableRecords.class.getName());
    long session = settings.duration(Setting.STREAM_SESSION_TIMEOUT).toMillis();
    all.put("consumer.session.timeout.ms", (int) session);
    all.put("consumer.heartbeat.interval.ms", (int) (session / 4));
    // The first step reads the log from the snapshot on.
    all.put("consumer.max.poll.interval.ms", MINUTES_30);
    all.put("consumer.group.instance.id", instance(settings, name));
    all.put("reconnect.backoff.ms", 20);
    all.put("reconnect.backoff.max.ms", 500);
    all.put("retry.backoff.ms", 20);
    // A consumer's heartbeat thread wakes up this often.
    all.put("consumer.retry.backoff.ms", 100);
    Properties properties = new Properties();
    all.forEach((key, value) -> properties.put(key, value.toString()));
    return properties;
  }

  /**
   * A name that a killed process has again when it comes back, so that it gets its work at once
   * instead of waiting for its own earlier session to end.
   */
  private static String instance(Settings settings, String name) {
    Path file = settings.path(Setting.STATE_DIR).resolve(name + ".instance");
    try {
      String kept = Files.exists(file) ? Files.readString(file).strip() : "";
      if (!kept.isEmpty()) {
        return kept;
      }
      Files.createDirectories(file.getParent());
      String instance = name + "-" + UUID.randomUUID();
      // Whole or not at all: a process may be killed at any moment.
      Path part = Files.writeString(file.resolveSibling(file.getFileName() + ".part"), instance);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return instance;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the instance name in " + file, e);
    }
  }
}
