package dev.sluice.schemas.topic;

import dev.sluice.schemas.CommittedFile;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/topics.md is what the catalogue says. */
class TopicsDocumentTest {
  @Test
  void theCommittedPageIsUpToDate() throws IOException {
    CommittedFile.check(Path.of("../docs/topics.md"), TopicsDocument.text(), getClass());
  }
}
