package dev.sluice.ingest.world;

import dev.sluice.core.net.IpAddress;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.manifest.PinnedAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a pod's manifest says about its place.
 *
 * @param node empty: any
 * @param pins addresses that the annotation asks for
 * @param given addresses that stand in its status already, with its node: taken as they are
 */
record PodWish(
    String node,
    boolean hostNetwork,
    Map<String, Object> nodeSelector,
    List<IpAddress> pins,
    List<IpAddress> given) {

  static PodWish of(Manifest pod) {
    Map<String, Object> spec = Expansion.map(pod.body(), "spec");
    String node = spec.get("nodeName") instanceof String name ? name : "";
    List<IpAddress> given = new ArrayList<>();
    if (!node.isEmpty()
        && Expansion.map(pod.body(), "status").get("podIPs") instanceof List<?> list) {
      for (Object entry : list) {
        given.add(IpAddress.parse(((Map<?, ?>) entry).get("ip").toString()));
      }
    }
    given.sort(null);
    return new PodWish(
        node,
        Boolean.TRUE.equals(spec.get("hostNetwork")),
        Expansion.map(spec, "nodeSelector"),
        PinnedAddresses.of(pod.body()),
        List.copyOf(given));
  }

  boolean selects(NodeView view) {
    return node.isEmpty()
        ? view.schedulable() && view.labels().entrySet().containsAll(nodeSelector.entrySet())
        : node.equals(view.name());
  }
}
