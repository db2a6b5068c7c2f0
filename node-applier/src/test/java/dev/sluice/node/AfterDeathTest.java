package dev.sluice.node;

import static dev.sluice.node.apply.Rows.address;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.open;
import static dev.sluice.node.apply.Rows.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.kernel.RequiresKernel;
import dev.sluice.schemas.convert.Row;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process, and a link, begin whatever came before them. */
@RequiresKernel
class AfterDeathTest {
  private static final List<Row<DesiredRecord>> WORLD =
      List.of(
          address(5, "172.31.0.1", 6, "node-1", 0, ""),
          open(5, 256),
          pod(5, "10.0.1.10", 256, 1, "a"),
          pod(5, "fd00:10:0:1::10", 256, 1, "a"),
          pod(5, "10.0.1.11", 256, 2, "b"),
          pod(5, "fd00:10:0:1::11", 256, 2, "b"),
          mark(5));

  @TempDir Path folder;
  private TestNode node;
  private NodeCore core;

  @BeforeEach
  void start() throws IOException {
    node = TestNode.alone(folder);
    node.makeNamespace("a");
    node.makeNamespace("b");
    begin(WORLD);
    node.addPod("a", "10.0.1.10", "fd00:10:0:1::10");
    node.addPod("b", "10.0.1.11", "fd00:10:0:1::11");
    node.awaitReady("a");
    node.awaitReady("b");
  }

  @AfterEach
  void stop() throws IOException {
    if (core != null) {
      core.close();
    }
    node.close();
  }

  private void begin(List<Row<DesiredRecord>> rows) {
    core = TestNode.open(node.settings, rows);
  }

  @Test
  void aPodsNextLinkHasNoEpochOfTheOneBefore() throws Exception {
    int before = epochOf(2);
    node.ask("{\"op\":\"del\",\"namespace\":\"shop\",\"pod\":\"b\"}");
    node.addPod("b", "10.0.1.11", "fd00:10:0:1::11");
    node.awaitReady("b");
    assertNotEquals(before, epochOf(2), "connections of the one would be believed by the other");
  }

  /** As programs read it: of the endpoint with this number. */
  private int epochOf(int endpoint) {
    List<Integer> epochs = new ArrayList<>();
    BpfMap.pinned(NodeDataplane.pin(node.settings, "slc_ep_slots"))
        .forEach(
            (slot, value) -> {
              ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
              if (bytes.getInt(0) == endpoint) {
                epochs.add(bytes.getInt(8));
              }
            });
    return epochs.getFirst();
  }

  /** As when a container runtime has begun to take a pod down. */
  @Test
  void aPodWhoseNamespaceHasNoNameAnyMoreIsInNobodysWay() throws Exception {
    core.close();
    core = null;
    try (InputStream held = new FileInputStream(node.netns("b"))) {
      String name = Path.of(node.netns("b")).getFileName().toString();
      assertEquals(0, node.in("n", "ip", "netns", "del", name));
      begin(WORLD);
      node.awaitReady("a");
      node.awaitReady("b");
      JsonNode gone = node.ask("{\"op\":\"del\",\"namespace\":\"shop\",\"pod\":\"b\"}");
      assertTrue(gone.path("ok").asBoolean(), gone::toString);
      assertEquals(1, node.ask("{\"op\":\"endpoints\"}").path("endpoints").size());
    }
  }
}
