package dev.sluice.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.foldruntime.FoldHost;
import dev.sluice.foldruntime.SnapshotShelf;
import dev.sluice.foldruntime.TopicPages;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.TopicSerdes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The topology, as people drew it. A change of names would cut a running stream's offsets off. */
class IdentityTopologyTest {
  @Test
  void isTheOneThatWasDrawn() throws IOException {
    Settings settings = Settings.defaults();
    TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), settings);
    String found = IdentityTopology.of(settings, serdes, new NoHost()).describe().toString();
    try (InputStream golden = getClass().getResourceAsStream("topology.txt")) {
      assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), found);
    }
  }

  /** Nothing runs here. */
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
    public void closed(Supplier<Optional<SnapshotShelf.Image>> lastImage) {}
  }
}
