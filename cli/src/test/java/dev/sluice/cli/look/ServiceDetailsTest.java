package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.NodeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServiceDetailsTest {
  private static NodeStatus node(String name, String... features) {
    return NodeStatus.newBuilder()
        .setNode(name)
        .setTime(Instant.EPOCH)
        .setPosition(9)
        .setRevision(1)
        .setHash("")
        .setEndpoints(List.of())
        .setMaps(List.of())
        .setSubjects(List.of())
        .setFeatures(List.of(features))
        .build();
  }

  private static Map<String, String> of(NodeStatus... nodes) {
    TreeMap<String, NodeStatus> byName = new TreeMap<>();
    for (NodeStatus node : nodes) {
      byName.put(node.getNode(), node);
    }
    return ServiceDetails.of(ClusterView.of(List.of(), List.of(), byName), List.of());
  }

  @Test
  void saysHowNodesAreSetInCiliumsWords() {
    Map<String, String> lines =
        of(
            node("node-1", "socket-lb", "service-reply=direct", "service-table=251"),
            node("node-2", "socket-lb", "service-reply=direct", "service-table=251"));
    assertEquals("True", lines.get("  Status"));
    assertEquals("DSR", lines.get("  Mode"));
    assertEquals(
        "Random (sockets), Maglev (from outside, Table Size: 251)",
        lines.get("  Backend Selection"));
  }

  /** An applier of before does not say: it balances as it is set by default. */
  @Test
  void saysWhichNodesDiffer() {
    Map<String, String> lines =
        of(
            node("node-1", "service-reply=direct", "service-table=251"),
            node("node-2", "socket-lb", "service-reply=snat", "service-table=16381"),
            node("node-3", "service-table=251"));
    assertEquals("False", lines.get("  Status"));
    assertEquals("1/3 nodes", lines.get("  Socket LB Coverage"));
    assertEquals(
        "differs, though it must not: DSR on node-1; SNAT on node-2, node-3", lines.get("  Mode"));
    assertEquals(
        "Random (sockets), Maglev (from outside, Table Size: differs, though it must not: 16381 on"
            + " node-2; 251 on node-1, node-3)",
        lines.get("  Backend Selection"));
  }
}
