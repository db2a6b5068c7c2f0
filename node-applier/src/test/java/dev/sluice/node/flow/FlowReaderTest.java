package dev.sluice.node.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.node.control.MonitorStream;
import dev.sluice.node.kernel.KernelEvent;
import dev.sluice.node.mirror.Place;
import dev.sluice.schemas.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowReaderTest {
  private final List<String> told = new ArrayList<>();
  private final DropSums sums =
      new DropSums(
          (event, count, first) ->
              told.add(event.sourcePort() + "x" + count + (first == 0 ? "" : " from " + first)));
  private final List<Boolean> switched = new ArrayList<>();
  private final MonitorHub monitor =
      new MonitorHub(switched::add, index -> "slc" + index, Attributions.none());

  @Test
  void theFirstDropPassesAndRepeatsAreSummed() {
    sums.add(Events.drop(1, 1, 133, 0), 0);
    sums.add(Events.drop(2, 1, 133, 0), 1);
    sums.add(Events.drop(3, 1, 133, 0), 2);
    sums.add(Events.drop(4, 2, 133, 0), 3);
    assertEquals(List.of("1x1", "2x1"), told);
    sums.flush(DropSums.WINDOW_NANOS - 1);
    assertEquals(2, told.size());
    sums.flush(DropSums.WINDOW_NANOS);
    assertEquals("1x2 from 2", told.getLast());
    sums.add(Events.drop(9, 1, 133, 0), DropSums.WINDOW_NANOS + 1);
    assertEquals(3, told.size(), "still the same connection");
    sums.flush(2 * DropSums.WINDOW_NANOS);
    assertEquals("1x1 from 9", told.getLast());
    sums.flush(4 * DropSums.WINDOW_NANOS);
    sums.add(Events.drop(10, 1, 133, 0), 4 * DropSums.WINDOW_NANOS);
    assertEquals("1x1", told.getLast(), "after a silence the next drop passes at once");
  }

  @Test
  void noSumIsLostWhenThereAreTooMany() {
    for (int port = 0; port < 20_000; port++) {
      sums.add(Events.drop(1, port, 133, 0), 0);
      sums.add(Events.drop(2, port, 133, 0), 0);
    }
    sums.close();
    assertEquals(40_000, told.size());
  }

  @Test
  void eventsBecomeFlowsOrAreCounted() {
    List<Flow> flows = new ArrayList<>();
    List<KernelEvent> events = List.of(Events.start(0, 0), Events.drop(1, 1, 133, 0), Events.end());
    FlowEnricher enricher =
        new FlowEnricher("n", new PeerBook(), Attributions.none(), () -> Place.NONE, i -> "", 1);
    FlowReader reader =
        new FlowReader(
            sink -> {
              events.forEach(sink);
              return events.size();
            },
            enricher,
            monitor);
    reader.work();
    assertEquals(3, reader.unwritten());
    reader.writeTo(flows::add);
    reader.work();
    assertEquals(3, reader.unwritten());
    assertEquals(2, flows.size(), "the second drop is summed");
    assertEquals(6, reader.consumed());
  }

  @Test
  void anEventThatCannotBeExplainedIsCountedAndTheRestGoesOn() {
    List<Flow> flows = new ArrayList<>();
    FlowEnricher enricher =
        new FlowEnricher(
            "n",
            new PeerBook(),
            Attributions.none(),
            () -> Place.NONE,
            index -> {
              if (flows.isEmpty()) {
                throw new IllegalStateException("the first of all");
              }
              return "";
            },
            1);
    FlowReader reader =
        new FlowReader(
            sink -> {
              sink.accept(Events.start(0, 0));
              return 1;
            },
            enricher,
            monitor);
    reader.writeTo(flows::add);
    reader.offer(
        () -> {
          throw new IllegalStateException("nor this");
        });
    reader.offer(Flow::new);
    reader.work();
    assertEquals(1, flows.size());
    assertEquals(2, reader.unwritten());
    reader.work();
    assertEquals(2, flows.size());
  }

  @Test
  void whatIsOfferedFasterThanItIsWrittenIsCounted() {
    FlowEnricher enricher =
        new FlowEnricher("n", new PeerBook(), Attributions.none(), () -> Place.NONE, i -> "", 1);
    FlowReader reader = new FlowReader(sink -> 0, enricher, monitor);
    List<Flow> flows = new ArrayList<>();
    reader.writeTo(flows::add);
    for (int i = 0; i < FlowReader.MOST_OFFERED + 7; i++) {
      reader.offer(Flow::new);
    }
    reader.work();
    assertEquals(FlowReader.MOST_OFFERED, flows.size());
    assertEquals(7, reader.unwritten());
    reader.offer(Flow::new);
    reader.work();
    assertEquals(FlowReader.MOST_OFFERED + 1, flows.size());
  }

  @Test
  void theKernelReportsPacketsOnlyWhileSomebodyListens() {
    MonitorStream drops = monitor.listen(Set.of("drop"));
    MonitorStream traces = monitor.listen(Set.of("trace"));
    assertEquals(List.of(true), switched);
    monitor.take(Events.drop(5_000, 41_000, 133, 0));
    String line = drops.poll();
    assertTrue(line.contains("\"source\":\"10.0.1.10:41000\""), line);
    assertTrue(line.contains("\"flags\":\"SYN\""), line);
    assertEquals(null, traces.poll());
    drops.close();
    traces.close();
    traces.close();
    assertEquals(List.of(true, false), switched);
  }

  @Test
  void messagesAreToldToThoseWhoListenToThemWithoutTheKernel() throws JsonProcessingException {
    FlowEnricher enricher =
        new FlowEnricher("n", new PeerBook(), Attributions.none(), () -> Place.NONE, i -> "", 1);
    FlowReader reader = new FlowReader(sink -> 0, enricher, monitor);
    List<Flow> flows = new ArrayList<>();
    reader.writeTo(flows::add);
    MonitorStream messages = monitor.listen(Set.of("l7"));
    assertEquals(List.of(), switched);
    MonitorStream drops = monitor.listen(Set.of("drop"));
    reader.offer(FlowReaderTest::question);
    reader.work();
    assertEquals(
        "{\"type\":\"l7\",\"source\":\"10.0.1.10:40000\",\"destination\":\"10.0.1.253:53\","
            + "\"protocol\":\"udp\",\"endpoint\":7,\"verdict\":\"DROPPED\","
            + "\"deniedBy\":[\"CiliumNetworkPolicy/shop/p\"],\"l7\":{\"type\":\"REQUEST\"}}",
        some(messages.poll()));
    assertEquals(null, drops.poll());
    assertEquals(1, flows.size());
    drops.close();
    assertEquals(List.of(true, false), switched);
    messages.close();
    assertEquals(List.of(true, false), switched);
  }

  private static Flow question() {
    Flow flow =
        new FlowEnricher("n", new PeerBook(), Attributions.none(), () -> Place.NONE, i -> "", 1)
            .flow(Events.drop(1, 40_000, 133, 0), 1, 0);
    flow.setProtocol(17);
    flow.setDestinationIp("10.0.1.253");
    flow.setDestinationPort(53);
    flow.getSource().setEndpoint(7);
    flow.setDeniedBy(List.of("CiliumNetworkPolicy/shop/p"));
    flow.setL7("{\"type\":\"REQUEST\"}");
    return flow;
  }

  /** The fields of a line that the flow alone decides. */
  private static String some(String line) throws JsonProcessingException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(line);
    return json.retain(
            "type", "source", "destination", "protocol", "endpoint", "verdict", "deniedBy", "l7")
        .toString();
  }
}
