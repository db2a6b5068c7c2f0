package dev.sluice.cli.look;

import dev.sluice.cli.Refusal;
import dev.sluice.lab.LabHandle;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.EventReader;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The topics of a lab or of any other Kafka, for a command that reads them once. For one thread.
 */
public final class LabTopics implements AutoCloseable {
  private final Settings settings;
  private final TopicSerdes serdes;

  private LabTopics(Settings settings) {
    this.settings = settings;
    this.serdes = TopicSerdes.connect(settings);
  }

  /**
   * The topics of a lab.
   *
   * @throws Refusal when nobody listens where its Kafka should be
   */
  public static LabTopics open(LabHandle lab) {
    List<String> keyValues =
        lab.settings().entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    Settings settings = Settings.defaults().with(keyValues);
    Reach.check(settings, "'sluice lab status' shows what runs");
    return new LabTopics(settings);
  }

  /**
   * The topics of any Kafka that processes with these settings would use.
   *
   * @throws Refusal when nobody listens there
   */
  public static LabTopics open(Settings settings) {
    Reach.check(settings, "is it running, and is that its address?");
    return new LabTopics(settings);
  }

  public Settings settings() {
    return settings;
  }

  /** The last value of every key that was not removed, by key. */
  public <V extends SpecificRecord> SortedMap<String, V> latest(Topic<V> topic) {
    SortedMap<String, V> latest = new TreeMap<>();
    read(
        topic,
        entry -> {
          if (entry.value() == null) {
            latest.remove(entry.key());
          } else {
            latest.put(entry.key(), entry.value());
          }
        });
    return latest;
  }

  /** Every record that the topic still has, oldest first within a partition. */
  public <V extends SpecificRecord> List<TopicReader.Entry<V>> all(Topic<V> topic) {
    List<TopicReader.Entry<V>> entries = new ArrayList<>();
    read(topic, entries::add);
    return entries;
  }

  private <V extends SpecificRecord> void read(
      Topic<V> topic, Consumer<TopicReader.Entry<V>> sink) {
    try (TopicReader<V> reader = reader(topic)) {
      reader.readToEnd(sink);
    } catch (UnreadableRecordException e) {
      throw new Refusal("Something wrote what does not belong there: " + e.getMessage(), e);
    }
  }

  /** Reads the values of topic k8s.objects. */
  public EventReader events() {
    return new EventReader(serdes);
  }

  /**
   * A reader at the topic's first record; the caller closes it.
   *
   * @throws Refusal when the brokers do not answer or the topic does not exist
   */
  public <V extends SpecificRecord> TopicReader<V> reader(Topic<V> topic) {
    try {
      return TopicReader.open(settings, serdes, topic);
    } catch (KafkaException | IllegalStateException e) {
      throw new Refusal("Topic " + topic.name(settings) + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    serdes.close();
  }
}
