package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierClientTest {
  /** Pods wait for it and complain of nothing. */
  @Test
  void anApplierThatIsNotThereIsAway(@TempDir Path folder) {
    ApplierClient client = new ApplierClient(folder.resolve("applier.sock"));
    ApplierClient.Away away = assertThrows(ApplierClient.Away.class, client::status);
    assertEquals(
        "the node's applier does not answer (No such file or directory)", away.getMessage());
  }
}
