package dev.sluice.schemas.config;

import dev.sluice.schemas.CommittedFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/configuration.md is what the settings say. */
class ConfigurationDocumentTest {
  @Test
  void theCommittedPageIsUpToDate() throws IOException {
    CommittedFile.check(
        Path.of("../docs/configuration.md"), ConfigurationDocument.text(), getClass());
  }
}
