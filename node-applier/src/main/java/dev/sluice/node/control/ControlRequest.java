package dev.sluice.node.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.link.PodLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One line that a client of the node's socket sent, understood. */
public sealed interface ControlRequest {
  ObjectMapper JSON = new ObjectMapper();

  /** Make the pod's link, closed until its policy is realised. */
  record Add(PodLink link) implements ControlRequest {}

  /** Remove the pod's link and what the node holds for it. */
  record Del(String namespace, String pod) implements ControlRequest {}

  /** Answer when the pod's endpoint is realised. */
  record Wait(String namespace, String pod, Duration timeout) implements ControlRequest {}

  record Endpoints() implements ControlRequest {}

  record Status() implements ControlRequest {}

  /** A successor is about to begin: answer what is open, write nothing more, and end. */
  record Leave() implements ControlRequest {}

  /** What a kernel map holds, or what the node knows alone. */
  record Dump(DumpedMap map) implements ControlRequest {}

  /** A line a packet, until the client goes. */
  record Monitor(Set<String> types) implements ControlRequest {}

  /** The maps that can be dumped. */
  enum DumpedMap {
    POLICY,
    IPCACHE,
    CT,
    LB,
    NAT,
    /** No map: what pods were answered that counts for them alone, and so is in no topic. */
    NAMES
  }

  /** The types of lines that {@code monitor} can be asked for. */
  Set<String> MONITOR_TYPES = Set.of("drop", "policy-verdict", "trace", "l7");

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException with a sentence for the client
   */
  static ControlRequest parse(String line) {
    JsonNode json;
    try {
      json = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
    String op = json.path("op").asText();
    return switch (op) {
      case "add" -> new Add(link(json));
      case "del" -> new Del(text(json, "namespace"), text(json, "pod"));
      case "wait" ->
          new Wait(
              text(json, "namespace"),
              text(json, "pod"),
              Duration.ofMillis(json.path("timeoutMillis").asLong(30_000)));
      case "endpoints" -> new Endpoints();
      case "status" -> new Status();
      case "leave" -> new Leave();
      case "dump" -> new Dump(map(text(json, "map")));
      case "monitor" -> new Monitor(types(json.path("types")));
      default -> throw new IllegalArgumentException("unknown op '" + op + "'");
    };
  }

  private static PodLink link(JsonNode json) {
    List<IpAddress> ips = new ArrayList<>();
    json.path("ips").forEach(ip -> ips.add(IpAddress.parse(ip.asText())));
    if (ips.isEmpty()) {
      throw new IllegalArgumentException("'ips' holds no address");
    }
    return PodLink.of(
        text(json, "namespace"),
        text(json, "pod"),
        json.path("uid").asText(""),
        text(json, "netns"),
        ips,
        json.path("interface").asText("eth0"));
  }

  private static DumpedMap map(String name) {
    for (DumpedMap map : DumpedMap.values()) {
      if (map.name().equalsIgnoreCase(name)) {
        return map;
      }
    }
    throw new IllegalArgumentException(
        "there is no map '" + name + "': policy, ipcache, ct, lb, nat or names");
  }

  private static Set<String> types(JsonNode json) {
    Set<String> types = new TreeSet<>();
    json.forEach(type -> types.add(type.asText()));
    if (!MONITOR_TYPES.containsAll(types)) {
      throw new IllegalArgumentException("'types' may hold " + new TreeSet<>(MONITOR_TYPES));
    }
    return types.isEmpty() ? MONITOR_TYPES : Set.copyOf(types);
  }

  private static String text(JsonNode json, String field) {
    String text = json.path(field).asText("");
    if (text.isEmpty()) {
      throw new IllegalArgumentException("'" + field + "' is missing");
    }
    return text;
  }
}
