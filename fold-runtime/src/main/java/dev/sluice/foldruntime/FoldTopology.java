package dev.sluice.foldruntime;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;

/**
 * The shape that every stream has:
 *
 * <pre>
 *   INPUT-source ─┐                ┌─► OUTPUT-sink
 *                 ├─► NAME-fold ───┤
 *   …            ─┘                └─► …
 * </pre>
 *
 * Outputs are read back now and then, beside the topology, so that what another instance overwrote
 * is repaired. All topics have one partition: the whole is one task. No state stores: the fold is
 * in memory, its image in topic snapshots.
 */
public final class FoldTopology {
  private FoldTopology() {}

  /**
   * @param derivations makes the fold of each life of the task
   */
  public static Topology of(
      Settings settings,
      TopicSerdes serdes,
      Supplier<? extends Derivation> derivations,
      FoldHost host) {
    Derivation shape = derivations.get();
    Topology topology = new Topology();
    List<String> sources = new ArrayList<>();
    for (Topic<?> topic : shape.inputs()) {
      sources.add(addSource(topology, settings, serdes, topic));
    }
    String fold = shape.name() + "-fold";
    topology.addProcessor(
        fold,
        () -> new FoldProcessor(settings, serdes, derivations.get(), host),
        sources.toArray(String[]::new));
    for (Output output : shape.outputs()) {
      addSink(topology, settings, output.topic(), fold);
    }
    return topology;
  }

  private static String addSource(
      Topology topology, Settings settings, TopicSerdes serdes, Topic<?> topic) {
    String name = topic.suffix() + "-source";
    topology.addSource(
        name,
        serdes.keys(topic).deserializer(),
        serdes.values(topic).deserializer(),
        topic.name(settings));
    return name;
  }

  /** Rows come encoded. */
  private static void addSink(Topology topology, Settings settings, Topic<?> topic, String fold) {
    topology.addSink(
        sink(topic),
        topic.name(settings),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        fold);
  }

  static String sink(Topic<?> topic) {
    return topic.suffix() + "-sink";
  }
}
