package dev.sluice.node.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.sluice.node.mirror.Place;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.MemoryRegistry;
import dev.sluice.schemas.serde.AvroSerializer;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowSerializerTest {
  private final FlowEnricher enricher =
      new FlowEnricher(
          "node-1", new PeerBook(), Attributions.none(), () -> Place.NONE, i -> "eth0", 1);

  @Test
  void writesTheSameBytesAsTheTopicsSerde() {
    try (TopicSerdes serdes = new TopicSerdes(new MemoryRegistry(), Settings.defaults())) {
      serdes.register(Topics.FLOWS);
      AvroSerializer<Flow> genuine = serdes.values(Topics.FLOWS).serializer();
      FlowSerializer ours = new FlowSerializer(genuine::register);
      Flow full = enricher.flow(Events.drop(9, 41_000, 133, 0), 1 << 20, 5);
      full.setFirstTime(Instant.ofEpochSecond(1_700_000_000, 123_456_000));
      full.setAllowedBy(List.of("a", "ü", "x".repeat(5_000)));
      full.setDeniedBy(List.of("d"));
      full.setL7("{}");
      full.setNeeded("from app=a in shop on 80/TCP");
      full.setPosition(-1);
      full.setBytes(Long.MAX_VALUE);
      full.getSource().setLabels(List.of("k8s:app=a", "k8s:b="));
      full.getDestination().setNames(List.of("api.example.com"));
      Flow plain = enricher.flow(Events.start(0, 0), 1, 0);
      plain.setReply(null);
      for (Flow flow : List.of(full, plain, enricher.flow(Events.end(), 1, 1_000))) {
        assertArrayEquals(genuine.serialize("flows", flow), ours.serialize("flows", flow));
      }
    }
  }
}
