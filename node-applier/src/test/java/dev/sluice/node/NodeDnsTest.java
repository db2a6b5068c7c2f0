package dev.sluice.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDnsTest {
  @TempDir private Path folder;

  /** The node's status and metrics show all of these by their names. */
  @Test
  void everyLossIsAmongTheCounts() {
    NodeDns dns =
        new NodeDns(
            Settings.defaults()
                .with(Setting.NODE_NAME, "node-1")
                .with(Setting.NODE_SOCKET, folder.resolve("node.sock")));
    assertEquals(0, dns.counts().get("untold"));
    dns.publishTo(event -> {}, () -> 7);
    assertEquals(7, dns.counts().get("untold"));
    assertTrue(
        dns.counts()
            .keySet()
            .containsAll(
                Set.of(
                    "evicted",
                    "heldTooLong",
                    "malformed",
                    "mismatched",
                    "noRoom",
                    "notKept",
                    "overflowed",
                    "unanswered",
                    "unsent",
                    "untold")));
  }
}
