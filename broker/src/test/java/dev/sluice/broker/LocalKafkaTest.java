package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Broker and registry over one directory. */
@Timeout(120)
class LocalKafkaTest {
  @TempDir Path directory;

  @Test
  void aRestartKeepsPortsRecordsAndSchemas() throws Exception {
    Settings first;
    try (LocalKafka kafka = LocalKafka.start(directory);
        DesiredLog log = new DesiredLog(kafka.settings())) {
      first = kafka.settings();
      log.write(1).get();
    }
    try (LocalKafka kafka = LocalKafka.start(directory);
        DesiredLog log = new DesiredLog(kafka.settings())) {
      assertEquals(first, kafka.settings());
      assertEquals(
          Settings.load(directory.resolve("broker.properties"))
              .with(Setting.BROKER_DATA_DIR, directory),
          kafka.settings());
      log.write(2).get();
      assertEquals(List.of(1L, 2L), log.positions());
    }
  }

  @Test
  void aTemporaryOneLeavesNothing() throws Exception {
    Path data;
    try (LocalKafka kafka = LocalKafka.start()) {
      data = kafka.settings().path(Setting.BROKER_DATA_DIR);
      assertTrue(Files.exists(data.resolve("broker.properties")));
    }
    assertTrue(Files.notExists(data));
  }

  @Test
  void aTakenPortIsRefusedByName() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Settings settings =
          Settings.defaults()
              .with(Setting.BROKER_DATA_DIR, directory)
              .with(Setting.BROKER_PORT, other.getLocalPort());
      SettingsException refused =
          assertThrows(SettingsException.class, () -> LocalKafka.start(settings));
      assertEquals(
          "port %d on 127.0.0.1 is taken: stop what listens there, or set broker.port to another"
              .formatted(other.getLocalPort()),
          refused.getMessage());
    }
  }
}
