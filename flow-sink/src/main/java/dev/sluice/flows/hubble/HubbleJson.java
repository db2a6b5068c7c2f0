package dev.sluice.flows.hubble;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import java.time.Instant;
import java.util.List;

/**
 * A flow as {@code hubble observe -o json} prints it: a GetFlowsResponse in protobuf's JSON mapping
 * with proto field names. Thread-safe.
 */
public final class HubbleJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String clusterName;

  public HubbleJson(String clusterName) {
    this.clusterName = clusterName;
  }

  /** One line, without the line's end. */
  public String line(Flow flow) {
    return response(flow).toString();
  }

  /** {@code {"flow":{…},"node_name":…,"time":…}}. */
  public ObjectNode response(Flow flow) {
    ObjectNode response = JSON.objectNode();
    response.set("flow", flow(flow));
    response.put("node_name", nodeName(flow));
    response.put("time", time(flow.getTime()));
    return response;
  }

  ObjectNode flow(Flow flow) {
    ObjectNode json = JSON.objectNode();
    json.put("time", time(flow.getTime()));
    json.put("uuid", flow.getUuid());
    json.putObject("emitter").put("name", "Sluice");
    json.put("verdict", verdict(flow.getVerdict()));
    if (flow.getDropReason() != 0) {
      json.put("drop_reason", flow.getDropReason());
    }
    ObjectNode ip = json.putObject("IP");
    ip.put("source", flow.getSourceIp());
    ip.put("destination", flow.getDestinationIp());
    ip.put("ipVersion", flow.getIpVersion() == 6 ? "IPv6" : "IPv4");
    json.set("l4", layer4(flow));
    json.set("source", peer(flow.getSource()));
    json.set("destination", peer(flow.getDestination()));
    json.put("Type", flow.getKind() == FlowKind.L7 ? "L7" : "L3_L4");
    json.put("node_name", nodeName(flow));
    names(json, "source_names", flow.getSource().getNames());
    names(json, "destination_names", flow.getDestination().getNames());
    l7(json, flow.getL7());
    service(json, flow);
    extensions(json, flow);
    ObjectNode event = json.putObject("event_type").put("type", FlowText.eventType(flow));
    if (flow.getKind() == FlowKind.DROP) {
      event.put("sub_type", flow.getDropReason());
    }
    if (flow.getDirection() != TrafficDirection.UNKNOWN) {
      json.put("traffic_direction", flow.getDirection().name());
    }
    if (flow.getPolicyMatch() != 0) {
      json.put("policy_match_type", flow.getPolicyMatch());
    }
    if (flow.getDropReason() != 0) {
      json.put("drop_reason_desc", FlowText.dropReasonName(flow.getDropReason()));
    }
    if (flow.getReply() != null) {
      json.put("is_reply", flow.getReply());
    }
    if (!flow.getInterface$().isEmpty()) {
      json.putObject("interface").put("name", flow.getInterface$());
    }
    attribution(json, flow);
    if (flow.getCount() > 1) {
      json.putObject("aggregate").put(aggregateField(flow), flow.getCount());
    }
    json.put("Summary", FlowText.summary(flow));
    return json;
  }

  /** The Service that was dialled. */
  private static void service(ObjectNode json, Flow flow) {
    int slash = flow.getService().indexOf('/');
    if (slash < 0) {
      return;
    }
    json.putObject("destination_service")
        .put("name", flow.getService().substring(slash + 1))
        .put("namespace", flow.getService().substring(0, slash));
  }

  /** What is no part of hubble's flow: the address dialled, what a drop would have needed. */
  private static void extensions(ObjectNode json, Flow flow) {
    ObjectNode value = JSON.objectNode();
    if (!flow.getService().isEmpty()) {
      value.put("dialled", flow.getDialled());
    }
    if (!flow.getNeeded().isEmpty()) {
      value.put("needed", flow.getNeeded());
    }
    if (!value.isEmpty()) {
      json.putObject("extensions")
          .put("@type", "type.googleapis.com/google.protobuf.Struct")
          .set("value", value);
    }
  }

  private ObjectNode layer4(Flow flow) {
    ObjectNode l4 = JSON.objectNode();
    switch (flow.getProtocol()) {
      case 6 -> {
        ObjectNode tcp = ports(l4.putObject("TCP"), flow);
        ObjectNode flags = tcp.putObject("flags");
        FlowText.tcpFlags(flow.getTcpFlags()).forEach(flag -> flags.put(flag, true));
      }
      case 17 -> ports(l4.putObject("UDP"), flow);
      case 132 -> ports(l4.putObject("SCTP"), flow);
      case 1, 58 ->
          l4.putObject(flow.getProtocol() == 1 ? "ICMPv4" : "ICMPv6")
              .put("type", flow.getIcmpType())
              .put("code", flow.getIcmpCode());
      default -> {
        // Hubble has no member for other protocols; the empty object stays.
      }
    }
    return l4;
  }

  private static ObjectNode ports(ObjectNode json, Flow flow) {
    return json.put("source_port", flow.getSourcePort())
        .put("destination_port", flow.getDestinationPort());
  }

  private ObjectNode peer(FlowPeer peer) {
    ObjectNode json = JSON.objectNode();
    if (peer.getEndpoint() != 0) {
      json.put("ID", peer.getEndpoint());
    }
    json.put("identity", peer.getIdentity());
    if (!peer.getPod().isEmpty()) {
      json.put("cluster_name", clusterName);
      json.put("namespace", peer.getNamespace());
    }
    names(json, "labels", peer.getLabels());
    if (!peer.getPod().isEmpty()) {
      json.put("pod_name", peer.getPod());
    }
    if (!peer.getWorkload().isEmpty()) {
      json.putArray("workloads")
          .addObject()
          .put("name", peer.getWorkload())
          .put("kind", peer.getWorkloadKind());
    }
    return json;
  }

  private static void names(ObjectNode json, String field, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = json.putArray(field);
      values.forEach(array::add);
    }
  }

  private static void l7(ObjectNode json, String l7) {
    if (l7 == null) {
      return;
    }
    try {
      json.set("l7", MAPPER.readTree(l7));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the flow's l7 part is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void attribution(ObjectNode json, Flow flow) {
    String side = flow.getDirection() == TrafficDirection.EGRESS ? "egress" : "ingress";
    policies(json, side + "_allowed_by", flow.getAllowedBy(), flow.getRevision());
    policies(json, side + "_denied_by", flow.getDeniedBy(), flow.getRevision());
  }

  private static void policies(ObjectNode json, String field, List<String> refs, long revision) {
    if (refs.isEmpty()) {
      return;
    }
    ArrayNode array = json.putArray(field);
    refs.stream()
        .map(PolicyRef::parse)
        .map(ref -> new PolicyRef(ref.kind(), ref.namespace(), ref.name(), ""))
        .distinct()
        .forEach(
            ref ->
                array
                    .addObject()
                    .put("name", ref.name())
                    .put("namespace", ref.namespace())
                    .put(
                        "revision",
                        Long.toString(revision)) // protobuf's JSON writes uint64 as text
                    .put("kind", ref.kind()));
  }

  private static String aggregateField(Flow flow) {
    return switch (flow.getDirection()) {
      case INGRESS -> "ingress_flow_count";
      case EGRESS -> "egress_flow_count";
      case UNKNOWN -> "unknown_direction_flow_count";
    };
  }

  private String nodeName(Flow flow) {
    return clusterName.isEmpty() ? flow.getNode() : clusterName + "/" + flow.getNode();
  }

  static String verdict(Verdict verdict) {
    return verdict == Verdict.UNKNOWN ? "VERDICT_UNKNOWN" : verdict.name();
  }

  /** RFC 3339 with up to nine fraction digits, UTC. */
  static String time(Instant time) {
    return time.toString();
  }
}
