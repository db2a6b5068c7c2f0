package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A log made of a seed: pods and policies come, change and go in a small world full of collisions.
 */
final class RandomLog {
  private static final List<String> NAMESPACES = List.of("shop", "bank");
  private static final String DNS_NAMESPACE = "kube-system";

  /** Namespaces that policies name: one has no pod. */
  private static final List<String> NAMED = List.of("shop", "bank", "barn", DNS_NAMESPACE);

  private static final List<String> APPS = List.of("web", "wep", "api", "db");
  private static final List<ObjectEvent.Type> COMES_OR_GOES =
      List.of(ObjectEvent.Type.ADDED, ObjectEvent.Type.MODIFIED, ObjectEvent.Type.DELETED);
  private static final List<String> TIERS = List.of("", "1", "2");

  /** A pod that lives at the end. */
  record Pod(String namespace, String name, String kind, String workload, List<String> labels) {}

  /** A policy whose last accepted version this is. */
  record Accepted(String namespace, String name, Map<String, Object> spec) {}

  private final Random random;
  private final LogBuilder log = new LogBuilder().genesis();
  private final TreeMap<String, Pod> pods = new TreeMap<>();
  private final TreeMap<String, Accepted> policies = new TreeMap<>();
  private final TreeMap<String, List<String>> known = new TreeMap<>();

  /** What logs may hold. */
  private enum Settings {
    NONE,
    MODES,
    MODES_AND_ROOM,
    TIGHT
  }

  private final Settings allowed;
  private Map<String, Object> settings = Map.of();

  private RandomLog(long seed, int records, Settings allowed) {
    this.random = new Random(seed);
    this.allowed = allowed;
    if (allowed == Settings.TIGHT) {
      settings = Map.of("policyMapEntries", room());
      log.settings(settings);
    }
    int whole = random.nextInt(records);
    for (int i = 0; i < records; i++) {
      if (i == whole) {
        log.synced();
      }
      step();
    }
  }

  static RandomLog of(long seed, int records) {
    return new RandomLog(seed, records, Settings.MODES_AND_ROOM);
  }

  /** One in which there is little room from the beginning, now more and now less. */
  static RandomLog tight(long seed, int records) {
    return new RandomLog(seed, records, Settings.TIGHT);
  }

  /** One in which every policy has room. */
  static RandomLog withRoom(long seed, int records) {
    return new RandomLog(seed, records, Settings.MODES);
  }

  /** One in which nobody writes settings. */
  static RandomLog inDefaultMode(long seed, int records) {
    return new RandomLog(seed, records, Settings.NONE);
  }

  LogBuilder log() {
    return log;
  }

  /** Pods that live at the end. */
  List<Pod> pods() {
    return List.copyOf(pods.values());
  }

  /** Policies that are in force at the end. */
  List<Accepted> policies() {
    return List.copyOf(policies.values());
  }

  /** The settings in force at the end; nothing where there are none. */
  Map<String, Object> settings() {
    return settings;
  }

  private void step() {
    switch (random.nextInt(allowed == Settings.NONE ? 12 : 13)) {
      case 12 -> setting();
      case 10 -> namespace();
      case 11 -> service();
      case 0, 1, 2 -> addPod();
      case 3 -> deletePod();
      case 4 -> release();
      case 5, 6, 7 -> addPolicy();
      case 8 -> refuse();
      default -> deletePolicy();
    }
  }

  private void addPod() {
    String namespace = random.nextInt(6) == 0 ? DNS_NAMESPACE : any(NAMESPACES);
    String app = any(APPS);
    List<String> labels = new ArrayList<>(List.of("app=" + app));
    String tier = any(TIERS);
    if (!tier.isEmpty()) {
      labels.add("tier=" + tier);
    }
    boolean owned = random.nextBoolean();
    String name = any(APPS) + "-" + random.nextInt(4);
    String workload = owned ? name.substring(0, name.indexOf('-')) : "";
    Pod pod = new Pod(namespace, name, owned ? "Deployment" : "", workload, labels);
    if (pods.containsKey(namespace + "/" + name)) {
      return;
    }
    pods.put(namespace + "/" + name, pod);
    known.put(namespace + labels, labels);
    log.ownedPod(namespace, name, pod.kind, workload, labels.toArray(String[]::new));
  }

  private void setting() {
    String mode =
        any(
            allowed == Settings.TIGHT
                ? List.of("always", "never", "default", "wrong")
                : List.of("always", "never", "default", "none", "wrong"));
    switch (mode) {
      case "none" -> {
        settings = Map.of();
        log.deleteSettings();
      }
      case "wrong" -> log.settings(Map.of("policyEnforcementMode", mode));
      default -> {
        settings = Map.of("policyEnforcementMode", mode, "policyMapEntries", room());
        log.settings(settings);
      }
    }
  }

  private long room() {
    return switch (allowed) {
      case NONE, MODES -> 16384;
      case MODES_AND_ROOM -> random.nextBoolean() ? 16 : 16384;
      case TIGHT -> 16 + random.nextInt(10);
    };
  }

  private void namespace() {
    ObjectKey key = new ObjectKey("Namespace", "", any(NAMED));
    log.add(any(COMES_OR_GOES), key, "", Map.of(), List.of());
  }

  private void service() {
    ObjectKey key =
        random.nextInt(3) == 0
            ? new ObjectKey("Service", DNS_NAMESPACE, "kube-dns")
            : new ObjectKey("Service", any(NAMESPACES), any(APPS));
    Map<String, Object> port = new HashMap<>(Map.of("port", 80L, "protocol", "TCP"));
    port.put("targetPort", any(List.of(80L, 81L, 8080L)));
    Map<String, Object> spec = Map.of("selector", Map.of("app", any(APPS)), "ports", List.of(port));
    log.add(any(COMES_OR_GOES), key, "", Map.of("spec", spec), List.of());
  }

  private void deletePod() {
    if (pods.isEmpty()) {
      return;
    }
    Pod pod = pods.remove(any(List.copyOf(pods.keySet())));
    log.deletePod(pod.namespace, pod.name);
  }

  private void release() {
    List<String> unused =
        known.keySet().stream()
            .filter(
                key ->
                    pods.values().stream().noneMatch(pod -> key.equals(pod.namespace + pod.labels)))
            .toList();
    if (!unused.isEmpty()) {
      String key = any(unused);
      List<String> labels = known.remove(key);
      String namespace = key.substring(0, key.indexOf('['));
      log.release(namespace, labels.toArray(String[]::new));
    }
  }

  private void addPolicy() {
    String namespace = any(NAMESPACES);
    String name = "p" + random.nextInt(4);
    Map<String, Object> spec = spec();
    policies.put(namespace + "/" + name, new Accepted(namespace, name, spec));
    log.policy(namespace, name, spec);
  }

  private void refuse() {
    log.policy(any(NAMESPACES), "p" + random.nextInt(4), Map.of("endpointSelector", Map.of()));
  }

  private void deletePolicy() {
    String namespace = any(NAMESPACES);
    String name = "p" + random.nextInt(4);
    policies.remove(namespace + "/" + name);
    log.deletePolicy(namespace, name);
  }

  private Map<String, Object> spec() {
    Map<String, Object> spec = new HashMap<>();
    spec.put("endpointSelector", selector(false));
    int directions = 1 + random.nextInt(3);
    if ((directions & 1) != 0) {
      spec.put("ingress", rules("from"));
    }
    if ((directions & 2) != 0) {
      spec.put("egress", rules("to"));
    }
    if (random.nextInt(4) == 0) {
      spec.put("ingressDeny", rules("from"));
    }
    if (random.nextInt(5) == 0) {
      spec.put("enableDefaultDeny", Map.of("ingress", random.nextBoolean()));
    }
    return spec;
  }

  private List<Object> rules(String side) {
    List<Object> rules = new ArrayList<>();
    for (int left = random.nextInt(3); left > 0; left--) {
      if (side.equals("to") && random.nextInt(3) == 0) {
        rules.add(names());
        continue;
      }
      Map<String, Object> rule = new HashMap<>();
      switch (random.nextInt(6)) {
        case 0 -> {}
        case 1 ->
            rule.put(
                side + "Entities",
                List.of(any(List.of("world", "host", "all", "cluster", "none"))));
        case 2 -> rule.put(side + "Endpoints", List.of());
        case 3 -> rule.put(side + "Endpoints", List.of(selector(true), selector(true)));
        default -> rule.put(side + "Endpoints", List.of(selector(true)));
      }
      if (random.nextBoolean()) {
        rule.put("toPorts", List.of(Map.of("ports", List.of(port()))));
      }
      rules.add(rule);
    }
    return rules;
  }

  /** A rule for names, or one that lets somebody ask for them. */
  private Map<String, Object> names() {
    List<Object> names = List.of(Map.of("matchName", any(List.of("a.com", "b.com"))));
    Map<String, Object> port = Map.of("port", "53", "protocol", "ANY");
    Map<String, Object> asks = Map.of("ports", List.of(port), "rules", Map.of("dns", names));
    return switch (random.nextInt(5)) {
      case 0 -> Map.of("toPorts", List.of(Map.of("ports", List.of(port))));
      case 1 -> Map.of("toPorts", List.of(asks));
      case 2 -> Map.of("toEndpoints", List.of(selector(true)), "toPorts", List.of(asks));
      default -> Map.of("toFQDNs", names);
    };
  }

  private Map<String, Object> port() {
    Map<String, Object> port = new HashMap<>();
    port.put("port", any(List.of("0", "80", "81")));
    if (port.get("port").equals("80") && random.nextBoolean()) {
      port.put("endPort", 82L);
    }
    if (random.nextBoolean()) {
      port.put("protocol", any(List.of("TCP", "UDP", "ANY")));
    }
    return port;
  }

  private Map<String, Object> selector(boolean peer) {
    Map<String, Object> selector = new HashMap<>();
    if (random.nextInt(3) > 0) {
      selector.put("matchLabels", Map.of("app", any(APPS)));
    }
    if (random.nextInt(3) == 0) {
      selector.put("matchExpressions", List.of(expression()));
    }
    if (peer && random.nextInt(3) == 0) {
      selector.put("matchLabels", Map.of("k8s:io.kubernetes.pod.namespace", any(NAMED)));
    }
    return selector;
  }

  private Map<String, Object> expression() {
    return switch (random.nextInt(5)) {
      case 0 -> Map.of("key", "tier", "operator", "Exists");
      case 1 -> Map.of("key", "tier", "operator", "DoesNotExist");
      case 2 -> Map.of("key", "tier", "operator", "NotIn", "values", List.of("1"));
      case 3 -> Map.of("key", "io.kubernetes.pod.namespace", "operator", "Exists");
      default -> Map.of("key", "k8s:app", "operator", "In", "values", List.of("web", "api"));
    };
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
