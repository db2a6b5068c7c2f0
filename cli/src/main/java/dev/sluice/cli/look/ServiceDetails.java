package dev.sluice.cli.look;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.schemas.Frontend;
import dev.sluice.schemas.NodeStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The part of {@code status --verbose} that says how kube-proxy is replaced, and where. */
final class ServiceDetails {
  private ServiceDetails() {}

  /** Name and text of each line: the names are those of {@code cilium status --verbose}. */
  static Map<String, String> of(ClusterView cluster, List<ServiceView> services) {
    Map<String, String> lines = new LinkedHashMap<>();
    long balanced = cluster.nodes().values().stream().filter(ServiceDetails::balances).count();
    lines.put("KubeProxyReplacement Details", "");
    lines.put("  Status", isWhole(cluster) ? "True" : "False");
    lines.put("  Socket LB", balanced > 0 ? "Enabled" : "Disabled");
    lines.put("  Socket LB Coverage", balanced + "/" + cluster.nodes().size() + " nodes");
    lines.put(
        "  Sockets Elsewhere", "of pods: Enabled (their link); of the nodes: Enabled (the uplink)");
    lines.put("  Mode", said(cluster, "service-reply", "snat", ServiceDetails::mode));
    String places = said(cluster, "service-table", "", text -> text);
    lines.put(
        "  Backend Selection",
        "Random (sockets), Maglev (from outside"
            + (places.isEmpty() ? "" : ", Table Size: " + places)
            + ")");
    lines.put("  Session Affinity", "Enabled");
    lines.put("  Graceful Termination", "Enabled");
    lines.put("  XDP Acceleration", "Disabled");
    Map<String, Integer> kinds = new LinkedHashMap<>();
    for (ServiceRow.Kind kind : ServiceRow.Kind.values()) {
      kinds.put(kind.text(), 0);
    }
    services.forEach(view -> kinds.merge(view.type(), 1, Integer::sum));
    long names =
        services.stream().map(ServiceView::frontend).map(ServiceDetails::name).distinct().count();
    lines.put("  Services", "%d with %d frontends".formatted(names, services.size()));
    kinds.forEach((kind, count) -> lines.put("  - " + kind, "Enabled, frontends: " + count));
    return lines;
  }

  /** Cilium's words. */
  private static String mode(String reply) {
    return reply.equals("direct") ? "DSR" : "SNAT";
  }

  /**
   * How a mechanism is set, which is to be the same on every node: where it is not, each with its
   * nodes.
   *
   * @param absent of nodes that do not say
   */
  private static String said(
      ClusterView cluster, String feature, String absent, UnaryOperator<String> words) {
    Map<String, List<String>> nodes = new TreeMap<>();
    cluster
        .nodes()
        .forEach(
            (name, node) ->
                nodes
                    .computeIfAbsent(
                        words.apply(setting(node, feature, absent)), text -> new ArrayList<>())
                    .add(name));
    if (nodes.size() < 2) {
      return String.join("", nodes.keySet());
    }
    StringJoiner all = new StringJoiner("; ", "differs, though it must not: ", "");
    nodes.forEach((text, names) -> all.add(text + " on " + String.join(", ", names)));
    return all.toString();
  }

  private static String setting(NodeStatus node, String feature, String absent) {
    return node.getFeatures().stream()
        .filter(text -> text.startsWith(feature + "="))
        .map(text -> text.substring(feature.length() + 1))
        .findFirst()
        .orElse(absent);
  }

  /** Whether the sockets of every node are balanced. */
  static boolean isWhole(ClusterView cluster) {
    return !cluster.nodes().isEmpty()
        && cluster.nodes().values().stream().allMatch(ServiceDetails::balances);
  }

  private static boolean balances(NodeStatus node) {
    return node.getFeatures().contains("socket-lb");
  }

  private static String name(Frontend frontend) {
    return frontend.getNamespace() + "/" + frontend.getName();
  }
}
