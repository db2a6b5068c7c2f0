package dev.sluice.lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * Runs the pods that the object log says shall run, on every node of the lab. Knows nothing of
 * policy: a pod's command starts when the node's applier says that its endpoint is realised.
 *
 * <p>Thread-safe.
 */
final class Kubelet {
  private final LabFiles files;
  private final LabNames names;
  private final CgroupTree cgroups;
  private final Function<String, ApplierClient> appliers;
  private final LabDns dns;
  private final Map<String, List<String>> namesOf = new ConcurrentSkipListMap<>();
  private final Map<String, PodRuntime> pods = new ConcurrentSkipListMap<>();

  /**
   * @param appliers the applier of a node by its name
   */
  Kubelet(
      LabFiles files,
      LabNames names,
      CgroupTree cgroups,
      Function<String, ApplierClient> appliers,
      LabDns dns) {
    this.dns = dns;
    this.files = files;
    this.names = names;
    this.cgroups = cgroups;
    this.appliers = appliers;
  }

  /** The pod shall run as this, or not at all when null. */
  void want(String key, PodSpec spec) {
    if (spec != null && !spec.node().matches("node-\\d+")) {
      return; // a node that is not of this lab
    }
    pods.values().removeIf(PodRuntime::gone);
    if (spec == null && !pods.containsKey(key)) {
      return;
    }
    pods.computeIfAbsent(key, k -> new PodRuntime(files, this::sandbox, appliers)).want(spec);
    tellDns(key, spec);
    if (spec != null) {
      sandbox(spec).resolver(LabDns.resolvConf(spec.namespace()));
      Targets.write(files, "pod/" + key, sandbox(spec));
    } else {
      Targets.remove(files, "pod/" + key);
    }
  }

  private void tellDns(String key, PodSpec spec) {
    for (String name : namesOf.getOrDefault(key, List.of())) {
      dns.cluster(name, List.of());
    }
    namesOf.remove(key);
    if (spec != null) {
      List<String> names = new ArrayList<>();
      for (String ip : spec.ips()) {
        names.add(LabDns.podName(spec.namespace(), ip));
        dns.cluster(names.getLast(), List.of(ip));
      }
      namesOf.put(key, names);
    }
  }

  /** Everything that runs is there, and nothing else. */
  boolean settled() {
    return pods.values().stream().allMatch(PodRuntime::settled);
  }

  /** What keeps it from being settled, for people. */
  List<String> unsettled() {
    return pods.entrySet().stream()
        .filter(pod -> !pod.getValue().settled())
        .map(pod -> pod.getKey() + ": " + pod.getValue().state())
        .toList();
  }

  Collection<PodRuntime> pods() {
    return List.copyOf(pods.values());
  }

  /** The applier of a node started anew: it hears of its pods again. */
  void applierStarted(String node) {
    for (PodRuntime pod : pods.values()) {
      PodSpec spec = pod.spec();
      if (spec != null && spec.node().equals(node)) {
        pod.remind();
      }
    }
  }

  private Sandbox sandbox(PodSpec pod) {
    return new Sandbox(
        names.podNetns(pod.namespace(), pod.name()),
        cgroups.pod(pod.node(), pod.namespace(), pod.name()));
  }
}
