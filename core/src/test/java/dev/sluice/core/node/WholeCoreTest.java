package dev.sluice.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterLog;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.node.KernelEntry.Direction;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The three functions in a row: objects in, the kernel's verdict on a packet out. */
class WholeCoreTest {
  private static final Map<String, Object> PORT =
      Map.of("ports", List.of(Map.of("port", "8080", "protocol", "TCP")));
  private static final Map<String, Object> FROM_FRONTEND =
      Map.of(
          "endpointSelector",
          Map.of("matchLabels", Map.of("app", "backend")),
          "ingress",
          List.of(
              Map.of(
                  "fromEndpoints",
                  List.of(Map.of("matchLabels", Map.of("app", "frontend"))),
                  "toPorts",
                  List.of(PORT))));

  private final ClusterFold cluster = ClusterFold.empty();
  private final PolicyFold policy = PolicyFold.empty();
  private final NodeFold node = NodeFold.empty("node-1");
  private final FakeKernel kernel = new FakeKernel(new MapSizes(1000, 1000, 1000));
  private final Map<String, ClusterRecord.Endpoint> endpoints = new TreeMap<>();
  private final ClusterLog log = new ClusterLog();
  private int folded;

  /** Folds what the log got since; returns how many policy entries were written. */
  private int fold() {
    int policyWrites = 0;
    for (ObjectEvent event : log.events().subList(folded, log.events().size())) {
      ClusterStep step = cluster.apply(event);
      step.changes().forEach(this::follow);
      policy.apply(event, step.changes()).desired().forEach(node::apply);
      TreeSet<Integer> local = new TreeSet<>();
      endpoints.values().stream()
          .filter(endpoint -> endpoint.node().equals("node-1"))
          .forEach(endpoint -> local.add(endpoint.identity()));
      node.local(local);
      MapPlan plan = node.plan();
      kernel.write(plan, node.wanted());
      node.realised();
      policyWrites +=
          (int) plan.puts().stream().filter(e -> e instanceof KernelEntry.PolicyEntry).count();
    }
    folded = log.events().size();
    return policyWrites;
  }

  private void follow(Change<ClusterRecord> change) {
    if (change.kind() == ClusterRecord.Endpoint.class) {
      if (change.isRemoval()) {
        endpoints.remove(change.key());
      } else {
        endpoints.put(change.key(), (ClusterRecord.Endpoint) change.value());
      }
    }
  }

  private int identity(String pod) {
    return endpoints.get(pod).identity();
  }

  private boolean backendTakes(int peer, int port) {
    return kernel
        .judge(identity("shop/backend"), Direction.INGRESS, peer, 6, port)
        .orElseThrow()
        .allow();
  }

  private void shop() {
    log.node(1).node(2).namespace("shop");
    log.pod("shop/backend", "1", "node-1", "10.0.1.10", "app=backend");
    log.pod("shop/frontend", "2", "node-1", "10.0.1.11", "app=frontend");
    log.pod("shop/other", "3", "node-2", "10.0.2.10", "app=other");
    log.syncAll();
    fold();
  }

  @Test
  void withoutPolicyEverybodyMayTalk() {
    shop();
    assertTrue(backendTakes(identity("shop/other"), 9));
    assertTrue(backendTakes(2, 9));
  }

  @Test
  void theArticlesPolicyLetsTheFrontendInAndNobodyElse() {
    shop();
    log.policy("shop", "backend", FROM_FRONTEND);
    fold();
    assertTrue(backendTakes(identity("shop/frontend"), 8080));
    assertEquals(false, backendTakes(identity("shop/frontend"), 8081));
    assertEquals(false, backendTakes(identity("shop/other"), 8080));
    assertEquals(false, backendTakes(2, 8080));
    assertEquals(false, backendTakes(6, 8080));
    assertTrue(backendTakes(1, 8080), "the node's probes");

    log.deletePolicy("shop", "backend");
    fold();
    assertTrue(backendTakes(2, 8080));
  }

  @Test
  void aPodMadeAgainWithANewAddressWritesNoPolicy() {
    shop();
    log.policy("shop", "backend", FROM_FRONTEND);
    fold();
    int before = identity("shop/frontend");
    log.deletePod("shop/frontend");
    log.pod("shop/frontend", "9", "node-1", "10.0.1.20", "app=frontend");
    fold();
    assertEquals(before, identity("shop/frontend"));
    log.pod("shop/frontend-2", "10", "node-2", "10.0.2.21", "app=frontend");
    assertEquals(0, fold());
    assertTrue(backendTakes(identity("shop/frontend-2"), 8080));
  }

  @Test
  void aNewLabelChangesWhoIsLetIn() {
    shop();
    log.policy("shop", "backend", FROM_FRONTEND);
    log.pod("shop/other", "3", "node-2", "10.0.2.10", "app=frontend");
    fold();
    assertTrue(backendTakes(identity("shop/other"), 8080));
    assertEquals(identity("shop/frontend"), identity("shop/other"));
  }

  /** No more than the subjects on the node whose selectors select it, times their port rules. */
  @Test
  void aNewIdentityWritesTheRulesOfTheSubjectsThatSelectIt() {
    shop();
    log.pod("shop/billing", "4", "node-1", "10.0.1.12", "app=billing");
    log.policy("shop", "backend", fromFrontend("backend", "8080", "8443"));
    log.policy("shop", "billing", fromFrontend("billing", "80", "90", "9000"));
    log.policy("shop", "other", fromFrontend("other", "80", "90"));
    fold();
    log.pod("shop/new", "20", "node-2", "10.0.2.30", "app=frontend", "tier=x");
    assertEquals(2 + 3, fold());
    assertTrue(backendTakes(identity("shop/new"), 8443));
    log.pod("shop/stranger", "21", "node-2", "10.0.2.31", "app=stranger");
    assertEquals(0, fold());
  }

  private static Map<String, Object> fromFrontend(String subject, String... ports) {
    List<Object> numbers =
        java.util.Arrays.stream(ports)
            .<Object>map(port -> Map.of("port", port, "protocol", "TCP"))
            .toList();
    Map<String, Object> frontend = Map.of("matchLabels", Map.of("app", "frontend"));
    return Map.of(
        "endpointSelector",
        Map.of("matchLabels", Map.of("app", subject)),
        "ingress",
        List.of(
            Map.of(
                "fromEndpoints", List.of(frontend), "toPorts", List.of(Map.of("ports", numbers)))));
  }
}
