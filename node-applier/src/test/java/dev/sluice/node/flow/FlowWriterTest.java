package dev.sluice.node.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.Flow;
import org.apache.kafka.clients.producer.MockProducer;
import org.junit.jupiter.api.Test;

class FlowWriterTest {
  /** Events go on until the node itself is closed, which comes last. */
  @Test
  void aFlowThatComesAfterTheEndIsLostAndCounted() {
    FlowWriter writer = new FlowWriter(new MockProducer<>(), "flows");
    writer.close();
    writer.accept(new Flow());
    assertEquals(1, writer.lost());
  }
}
