package dev.sluice.ingest.world;

import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pod as Services see it.
 *
 * @param addresses empty when it has no place yet
 * @param ready its condition Ready, where somebody wrote one; else whether it runs
 * @param leaving it has a deletion timestamp
 * @param ports number by {@code name/protocol} of its containers' ports
 */
record ServingPod(
    String name,
    String uid,
    SortedMap<String, String> labels,
    List<String> addresses,
    String node,
    boolean ready,
    boolean leaving,
    Map<String, Integer> ports) {

  static ServingPod of(ObjectKey key, Map<String, Object> body) {
    ObjectBody pod = ObjectBody.of(body);
    ObjectBody metadata = pod.object("metadata");
    ObjectBody status = pod.object("status");
    Optional<String> condition =
        status
            .objects("conditions")
            .filter(one -> one.text("type").equals("Ready"))
            .map(one -> one.text("status"))
            .findFirst();
    Map<String, Integer> ports = new TreeMap<>();
    pod.object("spec")
        .objects("containers")
        .flatMap(container -> container.objects("ports"))
        .forEach(
            port -> {
              String protocol = port.text("protocol").isEmpty() ? "TCP" : port.text("protocol");
              ports.putIfAbsent(port.text("name") + "/" + protocol, port.number("containerPort"));
            });
    return new ServingPod(
        key.name(),
        metadata.text("uid"),
        metadata.textMap("labels"),
        status.objects("podIPs").map(ip -> ip.text("ip")).toList(),
        pod.object("spec").text("nodeName"),
        condition.map("True"::equals).orElse(status.text("phase").equals("Running")),
        !metadata.text("deletionTimestamp").isEmpty(),
        ports);
  }
}
