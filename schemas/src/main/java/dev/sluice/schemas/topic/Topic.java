package dev.sluice.schemas.topic;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;

/**
 * One topic as the catalogue wants it. Immutable; all topics are constants of {@link Topics}.
 *
 * @param <V> the class of its values
 * @param suffix the name without the prefix
 * @param valueType generated class of the values
 * @param keyDoc what a key looks like
 * @param doc what it holds
 * @param writer who writes it
 * @param cleanup how it forgets
 * @param retention the setting that says how long records are kept; empty for compacted topics
 * @param partitions the setting that says how many; empty: one
 * @param configs further topic configuration
 */
public record Topic<V extends SpecificRecord>(
    String suffix,
    Class<V> valueType,
    String keyDoc,
    String doc,
    String writer,
    Cleanup cleanup,
    Optional<Setting> retention,
    Optional<Setting> partitions,
    Map<String, String> configs) {

  /** How a topic forgets. */
  public enum Cleanup {
    /** Keeps the last value of every key; a null value (tombstone) removes the key. */
    COMPACT("compact"),
    /** Keeps everything for a time. */
    DELETE("delete");

    private final String policy;

    Cleanup(String policy) {
      this.policy = policy;
    }

    /** The value of Kafka's {@code cleanup.policy}. */
    public String policy() {
      return policy;
    }
  }

  public String name(Settings settings) {
    return settings.text(Setting.TOPIC_PREFIX) + suffix;
  }

  /** Registry subject of the keys, {@code <topic>-key}. */
  public String keySubject(Settings settings) {
    return name(settings) + "-key";
  }

  /** Registry subject of the values, {@code <topic>-value}. */
  public String valueSubject(Settings settings) {
    return name(settings) + "-value";
  }

  public int partitionCount(Settings settings) {
    return partitions.map(settings::integer).orElse(1);
  }

  /** The topic configuration it is created with and must have, sorted by name. */
  public Map<String, String> configuration(Settings settings) {
    Map<String, String> all = new TreeMap<>(configs);
    all.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup.policy());
    retention.ifPresent(
        setting ->
            all.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(settings.duration(setting).toMillis())));
    return all;
  }

  @Override
  public String toString() {
    return suffix;
  }
}
