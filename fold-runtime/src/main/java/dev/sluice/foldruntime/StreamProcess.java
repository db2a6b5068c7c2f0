package dev.sluice.foldruntime;

import dev.sluice.schemas.config.LastChange;
import dev.sluice.schemas.config.OldGeneration;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import java.util.function.Supplier;
import org.apache.kafka.streams.Topology;

/** The process around a stream: topics, schemas, the stream, ready. */
public final class StreamProcess {
  /** Wires a stream. */
  @FunctionalInterface
  public interface Wiring {
    Topology topology(Settings settings, TopicSerdes serdes, FoldHost host);
  }

  private StreamProcess() {}

  /**
   * Starts a stream and waits until it is ready.
   *
   * @param derivations makes a fold; only its shape is looked at here
   */
  public static void start(
      Settings settings,
      ProcessLife life,
      Supplier<? extends Derivation> derivations,
      Wiring wiring)
      throws InterruptedException {
    LastChange change = new LastChange();
    life.closing(OldGeneration.watch(change));
    TopicSerdes serdes = life.closing(TopicSerdes.connect(settings));
    Derivation shape = derivations.get();
    Preparation.of(settings, serdes, shape);
    StreamRunner runner =
        life.closing(
            StreamRunner.start(
                shape.name(),
                settings,
                serdes,
                host -> wiring.topology(settings, serdes, host),
                change::now,
                life::fail));
    runner.awaitReady();
  }
}
