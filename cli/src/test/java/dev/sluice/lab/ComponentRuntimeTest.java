package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComponentRuntimeTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path data;

  /** A lab that waits for such a process would wait in vain, and nobody would read its log. */
  @Test
  void whatIsWrongWithTheSettingsIsSaid() {
    ComponentRuntime ingest =
        new ComponentRuntime(
            new ComponentSpec(
                "ingest",
                "",
                "dev.sluice.ingest.IngestMain",
                64,
                Settings.of("ingest.source=folder:" + data, "policy.map.entries=3")),
            new LabFiles(data),
            () -> {},
            () -> {});
    ingest.start();
    try {
      assertTrue(Waiting.until(LIMIT, () -> ingest.refusal().isPresent()));
    } finally {
      ingest.kill();
    }
    assertEquals(
        "ingest: the configuration makes no SluiceSettings: spec.policyMapEntries:"
            + " policyMapEntries is 3: write a number from 16 to 1048576",
        ingest.refusal().orElseThrow());
  }
}
