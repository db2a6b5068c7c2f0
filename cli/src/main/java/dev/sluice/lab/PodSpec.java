package dev.sluice.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A scheduled pod as the lab's kubelet needs it. Two pods that differ here are two sandboxes;
 * labels are not here, for they change on a running pod.
 *
 * @param ips its addresses, of either family
 * @param restart whether containers that end are started again
 */
public record PodSpec(
    String namespace,
    String name,
    String uid,
    String node,
    List<String> ips,
    List<Container> containers,
    boolean restart) {

  /**
   * A container: a command in the pod's sandbox.
   *
   * @param command empty: nothing to run, the pod only has addresses
   */
  public record Container(String name, List<String> command, Map<String, String> environment) {}

  public String key() {
    return namespace + "/" + name;
  }

  /**
   * Reads a Pod's body as topic k8s.objects has it; null when it is not to run: not scheduled yet,
   * without addresses, finished, or on the host's network.
   */
  static PodSpec of(String namespace, String name, String uid, Map<String, Object> body) {
    Map<String, Object> spec = map(body.get("spec"));
    Map<String, Object> status = map(body.get("status"));
    String node = text(spec.get("nodeName"));
    String phase = text(status.get("phase"));
    List<String> ips = new ArrayList<>();
    for (Object ip : list(status.get("podIPs"))) {
      ips.add(text(map(ip).get("ip")));
    }
    boolean finished = phase.equals("Succeeded") || phase.equals("Failed");
    if (node.isEmpty() || ips.isEmpty() || finished || spec.get("hostNetwork") == Boolean.TRUE) {
      return null;
    }
    List<Container> containers = new ArrayList<>();
    for (Object each : list(spec.get("containers"))) {
      containers.add(container(map(each)));
    }
    boolean restart = !List.of("Never", "OnFailure").contains(text(spec.get("restartPolicy")));
    return new PodSpec(
        namespace, name, uid, node, List.copyOf(ips), List.copyOf(containers), restart);
  }

  private static Container container(Map<String, Object> body) {
    List<String> command = new ArrayList<>();
    list(body.get("command")).forEach(word -> command.add(text(word)));
    list(body.get("args")).forEach(word -> command.add(text(word)));
    Map<String, String> environment = new LinkedHashMap<>();
    for (Object each : list(body.get("env"))) {
      Map<String, Object> variable = map(each);
      environment.put(text(variable.get("name")), text(variable.get("value")));
    }
    return new Container(text(body.get("name")), List.copyOf(command), Map.copyOf(environment));
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  static List<?> list(Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  static String text(Object value) {
    return value == null ? "" : value.toString();
  }
}
