package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker's process, stopped and killed. */
@Timeout(180)
class BrokerProcessTest {
  @TempDir Path directory;

  @Test
  void aKilledBrokerComesBackWithEverythingAndClientsGoOn() throws Exception {
    List<Future<?>> sent = new CopyOnWriteArrayList<>();
    try (BrokerProcess broker = BrokerProcess.start(directory);
        DesiredLog log = new DesiredLog(broker.settings())) {
      for (long position = 0; position < 500; position++) {
        sent.add(log.write(position));
      }
      sent.get(400).get();
      broker.kill();
      Instant killed = Instant.now();
      // A client whose brokers are all away waits in send().
      Thread writer =
          Thread.startVirtualThread(
              () -> LongStream.range(500, 600).forEach(position -> sent.add(log.write(position))));
      try (BrokerProcess again = BrokerProcess.start(directory)) {
        assertEquals(broker.settings(), again.settings());
        writer.join();
        for (Future<?> write : sent) {
          write.get();
        }
        Duration away = Duration.between(killed, Instant.now());
        assertEquals(LongStream.range(0, 600).boxed().toList(), log.positions());
        assertTrue(away.toSeconds() < 60, "away for " + away);
      }
    }
  }

  @Test
  void sigtermEndsItInOrder() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory)) {
      assertEquals(128 + 15, broker.stop());
      assertTrue(Files.exists(directory.resolve("data/.kafka_cleanshutdown")));
    }
  }
}
