package dev.sluice.foldruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.schemas.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamPropertiesTest {
  @TempDir private Path state;

  private String instance() {
    return StreamProperties.of(Settings.of("state.dir=" + state), "policy-stream")
        .getProperty("consumer.group.instance.id");
  }

  @Test
  void aProcessThatComesBackHasItsName() throws Exception {
    String first = instance();
    assertEquals(first, instance());
    Files.delete(state.resolve("policy-stream.instance"));
    assertNotEquals(first, instance());
  }

  /** What a process leaves that was killed while it wrote; Kafka takes no empty name. */
  @Test
  void anEmptyFileIsNoName() throws Exception {
    Files.createFile(state.resolve("policy-stream.instance"));
    String first = instance();
    assertNotEquals("", first);
    assertEquals(first, instance());
  }
}
