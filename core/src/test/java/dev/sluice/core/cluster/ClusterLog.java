package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectEvent.Type;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes an object log by hand, a record a call; offsets and time count themselves. */
public final class ClusterLog {
  public static final long SECOND = 1000;

  private final List<ObjectEvent> events = new ArrayList<>();
  private long timeMillis = 1_700_000_000_000L;
  private long epoch = 1;

  /** An empty log whose required kinds have all been listed. */
  public static ClusterLog synced() {
    return new ClusterLog().syncAll();
  }

  public ClusterLog syncAll() {
    ClusterFold.REQUIRED_KINDS.stream()
        .sorted()
        .forEach(kind -> add(Type.SYNCED, new ObjectKey(kind, "", ""), "", Map.of()));
    return this;
  }

  public ClusterLog later(long millis) {
    timeMillis += millis;
    return this;
  }

  public ClusterLog epoch(long value) {
    epoch = value;
    return this;
  }

  public ClusterLog bookmark() {
    return add(Type.BOOKMARK, new ObjectKey("Pod", "", ""), "", Map.of());
  }

  public ClusterLog namespace(String name, String... labels) {
    Map<String, Object> metadata = Map.of("name", name, "labels", texts(labels));
    return add(Type.ADDED, new ObjectKey("Namespace", "", name), "", Map.of("metadata", metadata));
  }

  /** Node i of the lab: 172.31.0.i and fd00:31::i, pods in 10.0.i.0/24 and fd00:10:0:i::/64. */
  public ClusterLog node(int number) {
    return node(
        "node-" + number,
        List.of("172.31.0." + number, "fd00:31::" + number),
        List.of("10.0." + number + ".0/24", "fd00:10:0:" + number + "::/64"));
  }

  public ClusterLog node(String name, List<String> addresses, List<String> podCidrs) {
    List<Object> listed = new ArrayList<>();
    addresses.forEach(a -> listed.add(Map.of("type", "InternalIP", "address", a)));
    listed.add(Map.of("type", "Hostname", "address", name));
    return add(
        Type.ADDED,
        new ObjectKey("Node", "", name),
        "",
        Map.of("spec", Map.of("podCIDRs", podCidrs), "status", Map.of("addresses", listed)));
  }

  /** A running pod; {@code labels} are key=value. */
  public ClusterLog pod(String key, String uid, String node, String ip, String... labels) {
    return pod(key, uid, node, List.of(ip), labels);
  }

  public ClusterLog pod(String key, String uid, String node, List<String> ips, String... labels) {
    return pod(key, uid, texts(labels), Map.of("nodeName", node), status("Running", ips));
  }

  public ClusterLog pod(
      String key,
      String uid,
      Map<String, String> labels,
      Map<String, Object> spec,
      Map<String, Object> status) {
    return add(
        Type.MODIFIED,
        podKey(key),
        uid,
        Map.of("metadata", Map.of("labels", labels), "spec", spec, "status", status));
  }

  public static Map<String, Object> status(String phase, List<String> ips) {
    List<Map<String, String>> podIps = ips.stream().map(ip -> Map.of("ip", ip)).toList();
    return Map.of("phase", phase, "podIPs", podIps);
  }

  /** A CiliumNetworkPolicy. */
  public ClusterLog policy(String namespace, String name, Map<String, Object> spec) {
    return add(
        Type.ADDED,
        new ObjectKey("CiliumNetworkPolicy", namespace, name),
        "",
        Map.of("metadata", Map.of("name", name, "namespace", namespace), "spec", spec));
  }

  /** Any object. */
  public ClusterLog object(ObjectKey key, Map<String, Object> body) {
    return add(Type.MODIFIED, key, "", body);
  }

  public ClusterLog delete(ObjectKey key) {
    return add(Type.DELETED, key, "", Map.of());
  }

  public ClusterLog deletePolicy(String namespace, String name) {
    return add(Type.DELETED, new ObjectKey("CiliumNetworkPolicy", namespace, name), "", Map.of());
  }

  public ClusterLog deletePod(String key) {
    return add(Type.DELETED, podKey(key), "", Map.of());
  }

  public ClusterLog delete(String kind, String name) {
    return add(Type.DELETED, new ObjectKey(kind, "", name), "", Map.of());
  }

  public List<ObjectEvent> events() {
    return List.copyOf(events);
  }

  public ObjectEvent last() {
    return events.getLast();
  }

  private ClusterLog add(Type type, ObjectKey key, String uid, Map<String, Object> body) {
    events.add(
        new ObjectEvent(
            events.size(), type, key, "v1", uid, "", timeMillis, "test", epoch, 0, body));
    timeMillis += SECOND;
    return this;
  }

  private static ObjectKey podKey(String key) {
    String[] parts = key.split("/", 2);
    return new ObjectKey("Pod", parts[0], parts[1]);
  }

  private static Map<String, String> texts(String... pairs) {
    Map<String, String> map = new TreeMap<>();
    Arrays.stream(pairs).map(p -> p.split("=", 2)).forEach(p -> map.put(p[0], p[1]));
    return map;
  }
}
