package dev.sluice.bench.soak;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The pods and policies that {@link PodChurn} and {@link PolicyChurn} change, and what follows from
 * them for every pair, said in the simplest words there are: an app that has a policy takes those
 * it names and nobody else, one without takes everybody.
 */
final class Town {
  static final String NAMESPACE = "town";
  static final List<String> APPS = List.of("a", "b", "c");
  private static final int PODS = 6;
  private static final int PORT = 8080;

  private final TreeMap<String, String> appOfPod = new TreeMap<>();
  private final TreeMap<String, Set<String>> callersOfApp = new TreeMap<>();

  Town() {
    for (int i = 0; i < PODS; i++) {
      appOfPod.put("p" + i, APPS.get(i % APPS.size()));
    }
  }

  static String firstManifests() {
    StringBuilder all = new StringBuilder();
    all.append("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ")
        .append(NAMESPACE)
        .append("}\n");
    new Town().appOfPod.forEach((pod, app) -> all.append(pod(pod, app)));
    return all.toString();
  }

  List<String> pods() {
    return List.copyOf(appOfPod.keySet());
  }

  String app(String pod) {
    return appOfPod.get(pod);
  }

  static int node(String pod) {
    return 1 + Character.getNumericValue(pod.charAt(1)) % 2;
  }

  /** The pod is now one of this app. */
  void relabel(String pod, String app) {
    appOfPod.put(pod, app);
  }

  /** Who may call an app; null for everybody. */
  void callers(String app, Set<String> callers) {
    if (callers == null) {
      callersOfApp.remove(app);
    } else {
      callersOfApp.put(app, callers);
    }
  }

  Map<String, Set<String>> policies() {
    return callersOfApp;
  }

  private boolean allowed(String from, String to) {
    Set<String> callers = callersOfApp.get(appOfPod.get(to));
    return callers == null || callers.contains(appOfPod.get(from));
  }

  static String pod(String pod, String app) {
    return """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: %s, namespace: %s, labels: {app: %s}}
    spec:
      nodeName: node-%d
      containers: [{name: main, command: [python3, -m, http.server, "%d", --bind, "::"]}]
    """
        .formatted(pod, NAMESPACE, app, node(pod), PORT);
  }

  static String policy(String app, Collection<String> callers) {
    StringBuilder from = new StringBuilder();
    callers.forEach(
        caller -> from.append("    - matchLabels: {app: ").append(caller).append("}\n"));
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: callers-of-%1$s, namespace: %2$s}
    spec:
      endpointSelector: {matchLabels: {app: %1$s}}
      ingress:
    """
            .formatted(app, NAMESPACE)
        + (callers.isEmpty()
            ? "  - fromEndpoints: []\n"
            : "  - fromEndpoints:\n"
                + from
                + "    toPorts: [{ports: [{port: \"%d\", protocol: TCP}]}]\n".formatted(PORT));
  }

  void awaitServers(SoakLab lab) {
    pods().forEach(pod -> awaitServer(lab, pod));
  }

  void awaitServer(SoakLab lab, String pod) {
    lab.awaitServer(NAMESPACE + "/" + pod, node(pod), PORT);
  }

  /** Every pair in both families; what is not as it should be. */
  List<String> wrong(SoakLab lab) {
    TreeMap<String, String> podOf = new TreeMap<>();
    pods().forEach(pod -> lab.addresses(NAMESPACE + "/" + pod).forEach(ip -> podOf.put(ip, pod)));
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      pods().forEach(from -> all.submit(() -> wrong.addAll(wrong(lab, from, podOf))));
    }
    return List.copyOf(new TreeSet<>(wrong));
  }

  private List<String> wrong(SoakLab lab, String from, Map<String, String> podOf) {
    Set<String> reached = lab.reached(NAMESPACE + "/" + from, podOf.keySet(), PORT);
    List<String> wrong = new ArrayList<>();
    podOf.forEach(
        (address, to) -> {
          if (!to.equals(from) && reached.contains(address) != allowed(from, to)) {
            wrong.add(
                "%s (%s) -> %s (%s) %s: %s"
                    .formatted(
                        from,
                        app(from),
                        to,
                        app(to),
                        address,
                        allowed(from, to) ? "allowed, but refused" : "denied, but accepted"));
          }
        });
    return wrong;
  }
}
