package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.broker.BrokerProcess;
import dev.sluice.node.flow.Attributions;
import dev.sluice.node.flow.Events;
import dev.sluice.node.flow.FlowEnricher;
import dev.sluice.node.flow.FlowWriter;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.mirror.Place;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flows that are made while no broker is there wait for one that comes back. */
@Timeout(240)
class FlowsOverBrokerKillTest {
  private static final long BETWEEN_FLOWS_NANOS = Duration.ofMillis(2).toNanos();

  @TempDir Path directory;

  private final FlowEnricher enricher =
      new FlowEnricher("n", new PeerBook(), Attributions.none(), () -> Place.NONE, i -> "", 1);
  private final Set<String> written = new TreeSet<>();
  private volatile boolean broughtBack;

  @Test
  void noneIsLost() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(directory);
        TopicSerdes serdes = TopicSerdes.connect(broker.settings())) {
      Settings settings = broker.settings();
      try (Admin admin = KafkaClients.newAdmin(settings, "test")) {
        TopicCatalogue.ensure(admin, settings, List.of(Topics.FLOWS));
      }
      serdes.register(List.of(Topics.FLOWS));
      FlowWriter writer = FlowWriter.open(settings, serdes);
      write(writer);
      broker.kill();
      Thread node = Thread.ofPlatform().start(() -> writeUntilBroughtBack(writer));
      try (BrokerProcess again = BrokerProcess.start(directory)) {
        assertEquals(settings, again.settings());
        broughtBack = true;
        node.join();
        write(writer);
        writer.close();
        assertEquals(0, writer.lost());
        assertEquals(written, inTopic(settings, serdes));
      }
    }
  }

  private void writeUntilBroughtBack(FlowWriter writer) {
    while (!broughtBack) {
      write(writer);
      LockSupport.parkNanos(BETWEEN_FLOWS_NANOS);
    }
  }

  private void write(FlowWriter writer) {
    Flow flow = enricher.flow(Events.start(0, 0), 1, 0);
    written.add(flow.getUuid());
    writer.accept(flow);
  }

  private static Set<String> inTopic(Settings settings, TopicSerdes serdes) {
    try (TopicReader<Flow> reader = TopicReader.open(settings, serdes, Topics.FLOWS)) {
      return reader.readToEnd().stream()
          .map(entry -> entry.value().getUuid())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
