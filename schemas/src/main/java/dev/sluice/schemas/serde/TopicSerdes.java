package dev.sluice.schemas.serde;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.CompatibilityLevel;
import dev.sluice.schemas.registry.RegistryClient;
import dev.sluice.schemas.registry.SchemaRegistry;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * The serdes of every topic, over one registry. Thread-safe; share one in a process.
 *
 * <pre>
 *   TopicSerdes serdes = TopicSerdes.connect(settings);
 *   serdes.register(List.of(Topics.DESIRED));                  // at start, by those who write
 *   Serde&lt;String&gt; keys = serdes.keys(Topics.DESIRED);
 *   Serde&lt;DesiredRow&gt; values = serdes.values(Topics.DESIRED);
 * </pre>
 */
public final class TopicSerdes implements AutoCloseable {
  private final SchemaRegistry registry;
  private final Settings settings;
  private final Map<String, AvroSerde<?>> serdes = new ConcurrentHashMap<>();

  /**
   * @param registry closed with this
   */
  public TopicSerdes(SchemaRegistry registry, Settings settings) {
    this.registry = registry;
    this.settings = settings;
  }

  /** Over the registry that the settings name. Nothing is asked of it yet. */
  public static TopicSerdes connect(Settings settings) {
    return new TopicSerdes(RegistryClient.of(settings), settings);
  }

  /** The keys of a topic: texts, Avro {@code string}. */
  @SuppressWarnings("unchecked")
  public AvroSerde<String> keys(Topic<?> topic) {
    return (AvroSerde<String>)
        serdes.computeIfAbsent(
            topic.keySubject(settings), subject -> AvroSerde.ofStrings(registry, subject));
  }

  /** The values of a topic: its generated class. */
  @SuppressWarnings("unchecked")
  public <V extends SpecificRecord> AvroSerde<V> values(Topic<V> topic) {
    return (AvroSerde<V>)
        serdes.computeIfAbsent(
            topic.valueSubject(settings),
            subject -> AvroSerde.of(registry, subject, topic.valueType()));
  }

  /** As {@link #register(Collection)}, of every topic. */
  public void registerAll() {
    register(Topics.all());
  }

  /**
   * The schema that records with an id were written with.
   *
   * @throws dev.sluice.schemas.registry.RegistryException when the registry has none or stays away
   */
  public Schema schema(int id) {
    return registry.schema(id);
  }

  /**
   * Registers the key and value schemas of topics, under compatibility BACKWARD_TRANSITIVE. From
   * then on writing needs the registry no more.
   *
   * @throws dev.sluice.schemas.registry.RegistryException when a schema is refused or the registry
   *     stays away
   */
  public void register(Collection<? extends Topic<?>> topics) {
    for (Topic<?> topic : topics) {
      register(topic.keySubject(settings), keys(topic));
      register(topic.valueSubject(settings), values(topic));
    }
  }

  /** As {@link #register(Collection)}. */
  public void register(Topic<?>... topics) {
    register(List.of(topics));
  }

  private void register(String subject, AvroSerde<?> serde) {
    String wanted = CompatibilityLevel.BACKWARD_TRANSITIVE.name();
    // Not every registry knows a subject's rule before its first schema: then the rule comes after.
    boolean exists = registry.latest(subject).isPresent();
    if (!exists) {
      serde.serializer().register();
    }
    if (!registry.compatibility(subject).equals(Optional.of(wanted))) {
      registry.setCompatibility(subject, wanted);
    }
    serde.serializer().register();
  }

  @Override
  public void close() {
    registry.close();
  }
}
