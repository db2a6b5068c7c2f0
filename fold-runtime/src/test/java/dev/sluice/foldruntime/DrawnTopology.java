package dev.sluice.foldruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Compares a stream's topology with the drawing beside its test. */
public final class DrawnTopology {
  private DrawnTopology() {}

  /**
   * @param test the class that {@code topology.txt} lies beside
   */
  public static void assertDrawn(Class<?> test, StreamProcess.Wiring wiring) throws IOException {
    Settings settings = Settings.defaults();
    TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), settings);
    String found = wiring.topology(settings, serdes, new NoHost()).describe().toString();
    try (InputStream golden = test.getResourceAsStream("topology.txt")) {
      assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), found);
    }
  }

  /** A topology that is only described asks nothing of its process. */
  private record NoHost() implements FoldHost {
    @Override
    public TopicPages pages() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SnapshotShelf shelf() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Duration snapshotInterval() {
      return Duration.ofMinutes(5);
    }

    @Override
    public void ready() {}

    @Override
    public void changed() {}

    @Override
    public void closed(Supplier<Optional<SnapshotShelf.Image>> lastImage) {}
  }
}
