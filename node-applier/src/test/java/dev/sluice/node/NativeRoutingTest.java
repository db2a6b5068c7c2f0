package dev.sluice.node;

import static dev.sluice.node.apply.Rows.address;
import static dev.sluice.node.apply.Rows.enforced;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.member;
import static dev.sluice.node.apply.Rows.open;
import static dev.sluice.node.apply.Rows.selector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.node.kernel.RequiresKernel;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.convert.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one link without a tunnel: pods' packets are routed as they are. */
@RequiresKernel
class NativeRoutingTest {
  private static final int FRONTEND = 256;
  private static final int STRANGER = 257;
  private static final int BACKEND = 258;
  private static final List<String> SERVER = List.of("10.0.2.10", "fd00:10:0:2::10");

  /** Long enough for a machine that is busy; ends at once when the connection opens. */
  private static final int PATIENT = 10_000;

  private static final int REFUSED = 700;

  @TempDir Path folder;
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<NodeCore> cores = new ArrayList<>();

  private static List<Row<DesiredRecord>> world() {
    List<Row<DesiredRecord>> rows = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      String node = "node-" + i;
      rows.add(address(5, "172.31.0." + i, 6, node, 0, ""));
      rows.add(address(5, "fd00:31::" + i, 6, node, 0, ""));
      rows.add(address(5, "10.0.%d.1".formatted(i), 6, node, 0, ""));
      rows.add(address(5, "fd00:10:0:%d::1".formatted(i), 6, node, 0, ""));
      rows.add(address(5, "10.0.%d.0/24".formatted(i), 2, node, 0, ""));
      rows.add(address(5, "fd00:10:0:%d::/64".formatted(i), 2, node, 0, ""));
    }
    rows.add(selector(5, "frontend", "k8s:app=frontend"));
    rows.add(member(5, "frontend", FRONTEND));
    rows.add(open(5, FRONTEND));
    rows.add(open(5, STRANGER));
    rows.add(enforced(5, BACKEND, "frontend", 8080));
    rows.add(address(5, "10.0.1.10", FRONTEND, "node-1", 1, "front"));
    rows.add(address(5, "fd00:10:0:1::10", FRONTEND, "node-1", 1, "front"));
    rows.add(address(5, "10.0.1.11", STRANGER, "node-1", 2, "other"));
    rows.add(address(5, "fd00:10:0:1::11", STRANGER, "node-1", 2, "other"));
    rows.add(address(5, "10.0.2.10", BACKEND, "node-2", 3, "back"));
    rows.add(address(5, "fd00:10:0:2::10", BACKEND, "node-2", 3, "back"));
    rows.add(mark(5));
    return rows;
  }

  private void start(TestNode node) {
    cores.add(TestNode.open(node.settings.with(Setting.NODE_ROUTING, "native"), world()));
  }

  @AfterEach
  void stop() throws IOException {
    cores.forEach(NodeCore::close);
    for (TestNode node : nodes) {
      node.close();
    }
  }

  @Test
  void podsOfOtherNodesAreReachedAndJudgedInBothFamilies() throws IOException {
    nodes.addAll(TestNode.pair(folder));
    TestNode one = nodes.get(0);
    TestNode two = nodes.get(1);
    one.makeNamespace("front");
    one.makeNamespace("other");
    two.makeNamespace("back");
    nodes.forEach(this::start);
    one.addPod("front", "10.0.1.10", "fd00:10:0:1::10");
    one.addPod("other", "10.0.1.11", "fd00:10:0:1::11");
    two.addPod("back", "10.0.2.10", "fd00:10:0:2::10");
    one.awaitReady("front");
    one.awaitReady("other");
    two.awaitReady("back");
    for (String address : SERVER) {
      assertTrue(one.connects("front", two, "back", address, 8080, PATIENT), address);
      assertFalse(one.connects("front", two, "back", address, 9090, REFUSED), address);
      assertFalse(one.connects("other", two, "back", address, 8080, REFUSED), address);
      assertFalse(one.connects("n", two, "back", address, 8080, REFUSED), address);
    }
    for (String address : List.of("172.31.0.1", "fd00:31::1", "10.0.1.10", "fd00:10:0:1::10")) {
      assertEquals(0, two.in("back", "ping", "-c1", "-W10", address), address);
    }
    for (String address : List.of("10.0.1.11", "fd00:10:0:1::11")) {
      assertEquals(0, two.in("n", "ping", "-c1", "-W10", address), "a node reaches " + address);
    }
  }
}
