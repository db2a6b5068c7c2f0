package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Random object logs over a world so small that everything meets: pods share addresses and label
 * sets, namespaces change under them, writers are replaced, graces run out.
 */
public final class RandomLogs {
  private enum Act {
    POD,
    POD_AGAIN,
    POD_FINISHED,
    POD_DELETED,
    NAMESPACE,
    NAMESPACE_DELETED,
    NODE,
    NODE_DELETED,
    STALE_DELETE,
    REPLACE_WRITER,
    PREFIX_POLICY,
    BLOCK_POLICY,
    POLICY_DELETED,
    GROUP,
    SERVICE,
    SLICE,
    WAIT,
    LISTED
  }

  private record Step(Act act, int who, int where, int what) {}

  private RandomLogs() {}

  public static Arbitrary<List<ObjectEvent>> logs() {
    Arbitrary<Step> step =
        Combinators.combine(
                Arbitraries.of(Act.class),
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(0, 2),
                Arbitraries.integers().between(0, 2))
            .as(Step::new);
    return step.list().ofMinSize(1).ofMaxSize(40).map(RandomLogs::log);
  }

  private static List<ObjectEvent> log(List<Step> steps) {
    ClusterLog log = new ClusterLog();
    long epoch = 1;
    boolean listed = false;
    for (Step step : steps) {
      String pod = "ns" + step.where + "/p" + step.who;
      switch (step.act) {
        case POD -> pod(log, pod, "u" + step.what, step);
        case POD_AGAIN -> pod(log, pod, "", step);
        case POD_FINISHED ->
            log.pod(
                pod,
                "u0",
                Map.of(),
                Map.of("nodeName", "node-1"),
                ClusterLog.status("Failed", List.of("10.0.1.10")));
        case POD_DELETED -> log.deletePod(pod);
        case NAMESPACE -> log.namespace("ns" + step.where, "team=" + step.what);
        case NAMESPACE_DELETED -> log.delete("Namespace", "ns" + step.where);
        case NODE -> node(log, step);
        case NODE_DELETED -> log.delete("Node", "node-" + step.where);
        case STALE_DELETE -> log.epoch(epoch - 1).deletePod(pod).epoch(epoch);
        case REPLACE_WRITER -> log.epoch(++epoch);
        case PREFIX_POLICY -> log.object(cilium(step), Peers.cilium(step.where, step.what));
        case BLOCK_POLICY -> log.object(block(step), Peers.block(step.where, step.what));
        case POLICY_DELETED -> log.delete(step.what == 0 ? cilium(step) : block(step));
        case GROUP -> log.object(new ObjectKey("CiliumCIDRGroup", "", "g"), Peers.group(step.who));
        case SERVICE -> log.object(new ObjectKey("Service", "ns0", "far"), Peers.service(step.who));
        case SLICE ->
            log.object(
                new ObjectKey("EndpointSlice", step.where == 0 ? "default" : "ns0", "s"),
                Peers.slice(step.where == 0 ? "kubernetes" : "far", step.what));
        case WAIT -> log.later(step.who * 300 * ClusterLog.SECOND).bookmark();
        case LISTED -> {
          log.syncAll();
          listed = true;
        }
      }
    }
    return (listed ? log : log.syncAll()).events();
  }

  private static ObjectKey cilium(Step step) {
    return new ObjectKey("CiliumNetworkPolicy", "ns0", "p" + step.who % 2);
  }

  private static ObjectKey block(Step step) {
    return new ObjectKey("NetworkPolicy", "ns0", "k" + step.who % 2);
  }

  private static void pod(ClusterLog log, String key, String uid, Step step) {
    List<String> ips = new ArrayList<>(List.of("10.0." + step.where + ".1" + step.what));
    if (step.who % 2 == 0) {
      ips.add("fd00:10:0:" + step.where + "::" + step.who);
    }
    log.pod(key, uid, "node-" + step.where, ips, "app=" + step.what, "pod-template-hash=" + uid);
  }

  /** Nodes take one another's addresses and prefixes, and pods'. */
  private static void node(ClusterLog log, Step step) {
    log.node(
        "node-" + step.where,
        List.of("172.31.0." + step.who, "10.0.1.1" + step.what),
        List.of("10.0." + step.what + ".0/24"));
  }
}
