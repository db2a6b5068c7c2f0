package dev.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the supervisor's socket understands; each request ends in a call of one of its parts. */
final class Requests {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Supervisor supervisor;

  Requests(Supervisor supervisor) {
    this.supervisor = supervisor;
  }

  int handle(JsonNode request, Answer answer) {
    String op = request.path("op").asText();
    return switch (op) {
      case "apply" -> supervisor.applying().apply(manifests(request), limit(request), answer);
      case "delete" -> supervisor.applying().delete(manifests(request), limit(request), answer);
      case "kill" -> kill(request.path("component").asText(), answer);
      case "start" -> start(request.path("component").asText(), answer);
      case "restart" -> restart(request.path("component").asText(), answer);
      case "status" -> status(answer);
      default -> {
        answer.warn("The supervisor does not know '" + op + "': is it of another version?");
        yield 1;
      }
    };
  }

  private static Duration limit(JsonNode request) {
    return Duration.ofMillis(request.path("timeoutMillis").asLong(60_000));
  }

  private static List<Manifest> manifests(JsonNode request) {
    List<Manifest> all = new ArrayList<>();
    request
        .path("manifests")
        .forEach(each -> all.add(LabHandle.MAPPER.convertValue(each, Manifest.class)));
    return all;
  }

  private List<ComponentRuntime> find(String component, Answer answer) {
    String[] parts = component.split("@", 2);
    String node = parts.length == 1 ? "" : parts[1];
    String nodeName = node.matches("\\d+") ? "node-" + node : node;
    List<ComponentRuntime> found = supervisor.components(parts[0], nodeName);
    if (found.isEmpty()) {
      answer.warn(
          "There is no component '" + component + "': there are " + supervisor.componentNames());
    }
    return found;
  }

  private int kill(String component, Answer answer) {
    List<ComponentRuntime> found = find(component, answer);
    for (ComponentRuntime each : found) {
      each.kill();
      answer.line(each.spec().id() + " killed");
    }
    return found.isEmpty() ? 1 : 0;
  }

  private int start(String component, Answer answer) {
    List<ComponentRuntime> found = find(component, answer);
    int status = found.isEmpty() ? 1 : 0;
    found.forEach(ComponentRuntime::start);
    for (ComponentRuntime each : found) {
      if (Waiting.until(START_LIMIT, each::running)) {
        answer.line(each.spec().id() + " started");
      } else {
        answer.warn(each.spec().id() + " is not ready after " + START_LIMIT.toSeconds() + " s");
        status = 1;
      }
    }
    return status;
  }

  private int restart(String component, Answer answer) {
    List<ComponentRuntime> found = find(component, answer);
    int status = found.isEmpty() ? 1 : 0;
    for (ComponentRuntime each : found) {
      if (each.component().process() == null) {
        answer.warn(each.spec().id() + " does not run: sluice lab start " + each.spec().id());
        status = 1;
        continue;
      }
      each.replace();
      if (each.running()) {
        answer.line(each.spec().id() + " restarted");
      } else {
        answer.warn(each.spec().id() + " is not ready");
        status = 1;
      }
    }
    return status;
  }

  private int status(Answer answer) {
    LabState state = supervisor.state();
    ObjectNode root = LabHandle.MAPPER.createObjectNode();
    root.put("revision", supervisor.log().revision());
    root.put("bootstrapServers", state.bootstrapServers());
    root.put("registryUrl", state.registryUrl());
    root.putNull("uiUrl");
    ArrayNode components = root.putArray("components");
    for (LabState.Component each : state.components()) {
      ObjectNode component = components.addObject();
      component.put("name", each.name()).put("node", each.node());
      if (each.process() == null) {
        component.putNull("pid");
      } else {
        component.put("pid", each.process().pid());
      }
      component.put("state", each.state());
    }
    ArrayNode pods = root.putArray("pods");
    Map<String, Map<String, ApplierClient.Realised>> now =
        ApplierClient.realised(supervisor.appliers(), ApplierClient.ANSWER_LIMIT);
    supervisor.kubelet().pods().forEach(pod -> pod(pods, pod, now));
    answer.data(root);
    return 0;
  }

  /**
   * An identity changes with the labels of a pod that runs; of an applier that is away, the last.
   */
  private static void pod(
      ArrayNode pods, PodRuntime runtime, Map<String, Map<String, ApplierClient.Realised>> now) {
    PodSpec spec = runtime.spec();
    if (spec == null) {
      return;
    }
    ObjectNode pod = pods.addObject();
    pod.put("namespace", spec.namespace()).put("name", spec.name());
    spec.ips().forEach(pod.putArray("ips")::add);
    pod.put("node", spec.node());
    ApplierClient.Realised first = runtime.realised();
    if (first == null) {
      pod.putNull("endpoint").putNull("identity");
    } else {
      ApplierClient.Realised realised =
          now.getOrDefault(spec.node(), Map.of()).getOrDefault(spec.key(), first);
      pod.put("endpoint", realised.endpoint()).put("identity", realised.identity());
    }
    pod.put("state", runtime.state());
  }
}
