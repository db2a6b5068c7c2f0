package dev.sluice.flows.hubble;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.flows.hubble.FlowFilter.Side;
import dev.sluice.schemas.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Hubble's message FlowFilter in protobuf's JSON mapping, as {@code --allowlist} and {@code
 * --denylist} take it: fields are ANDed, the values of one are ORed. Names are those of flow.proto
 * or their camelCase. Stateless.
 */
public final class RawFilter {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Map<String, Function<JsonNode, Predicate<Flow>>> FIELDS = fields();

  private RawFilter() {}

  /**
   * @throws IllegalArgumentException in a sentence, when the text is no such filter or asks for
   *     what flows do not carry
   */
  public static Predicate<Flow> parse(String json) {
    JsonNode filter;
    try {
      filter = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the filter " + json + " is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!filter.isObject() || filter.isEmpty()) {
      throw new IllegalArgumentException(
          "the filter " + json + " is no object with fields: write {\"verdict\":[\"DROPPED\"]}");
    }
    List<Predicate<Flow>> tests = new ArrayList<>();
    filter.properties().forEach(field -> tests.add(field(field.getKey(), field.getValue())));
    return FlowFilter.all(tests);
  }

  private static Predicate<Flow> field(String name, JsonNode values) {
    Function<JsonNode, Predicate<Flow>> test = FIELDS.get(snakeCase(name));
    if (test == null) {
      throw new IllegalArgumentException(
          "a filter has no field '%s' here; use one of %s"
              .formatted(name, String.join(", ", FIELDS.keySet())));
    }
    if (!values.isArray() || values.isEmpty()) {
      throw new IllegalArgumentException(
          "field '%s' of a filter is a list: write \"%s\":[…]".formatted(name, name));
    }
    List<Predicate<Flow>> any = new ArrayList<>();
    values.forEach(value -> any.add(test.apply(value)));
    return FlowFilter.any(any);
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
  }

  private interface Sided {
    Predicate<Flow> test(Side side, String value);
  }

  private static Map<String, Function<JsonNode, Predicate<Flow>>> fields() {
    Map<String, Function<JsonNode, Predicate<Flow>>> fields = new TreeMap<>();
    sided(fields, "ip", FlowFilter::ip);
    sided(fields, "pod", FlowFilter::pod);
    sided(fields, "label", FlowFilter::label);
    sided(fields, "fqdn", FlowFilter::fqdn);
    sided(fields, "identity", FlowFilter::identity);
    sided(fields, "port", FlowFilter::port);
    fields.put("destination_service", text(value -> FlowFilter.service(Side.TO, value)));
    fields.put("source_workload", value -> workload(Side.FROM, value));
    fields.put("destination_workload", value -> workload(Side.TO, value));
    fields.put("protocol", text(FlowFilter::protocol));
    fields.put("tcp_flags", RawFilter::tcpFlags);
    fields.put("verdict", text(FlowFilter::verdict));
    fields.put("event_type", RawFilter::eventType);
    fields.put("drop_reason_desc", text(FlowFilter::dropReason));
    fields.put("traffic_direction", text(FlowFilter::direction));
    fields.put("node_name", text(FlowFilter::node));
    fields.put("uuid", text(FlowFilter::uuid));
    fields.put("ip_version", text(RawFilter::ipVersion));
    fields.put("reply", text(RawFilter::reply));
    return fields;
  }

  private static void sided(
      Map<String, Function<JsonNode, Predicate<Flow>>> fields, String name, Sided test) {
    fields.put("source_" + name, text(value -> test.test(Side.FROM, value)));
    fields.put("destination_" + name, text(value -> test.test(Side.TO, value)));
  }

  /** A text, or what protobuf's JSON also takes for one. */
  private static Function<JsonNode, Predicate<Flow>> text(Function<String, Predicate<Flow>> test) {
    return value -> {
      if (!value.isValueNode()) {
        throw new IllegalArgumentException(value + " stands in a filter where a text belongs");
      }
      return test.apply(value.asText());
    };
  }

  private static Predicate<Flow> workload(Side side, JsonNode value) {
    String name = value.path("name").asText();
    if (name.isEmpty() || value.size() > 1) {
      throw new IllegalArgumentException(
          "a workload in a filter is one by name, not " + value + ": write {\"name\":\"web\"}");
    }
    return FlowFilter.workload(side, name);
  }

  /** {@code {"SYN":true,"ACK":true}}: all that are true are set. */
  private static Predicate<Flow> tcpFlags(JsonNode value) {
    List<String> wanted = new ArrayList<>();
    value
        .properties()
        .forEach(
            flag -> {
              if (flag.getValue().asBoolean()) {
                wanted.add(flag.getKey());
              }
            });
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException(
          "tcp_flags of a filter name none in " + value + ": write {\"SYN\":true}");
    }
    return FlowFilter.tcpFlags(String.join(",", wanted));
  }

  private static Predicate<Flow> eventType(JsonNode value) {
    int type = value.path("type").asInt();
    if (type == 0) {
      throw new IllegalArgumentException(
          "an event_type of a filter has a number, not " + value + ": write {\"type\":1}");
    }
    boolean sub =
        value.path("match_sub_type").asBoolean() || value.path("matchSubType").asBoolean();
    int subType = value.path("sub_type").asInt(value.path("subType").asInt());
    return flow -> FlowText.eventType(flow) == type && (!sub || flow.getDropReason() == subType);
  }

  private static Predicate<Flow> ipVersion(String value) {
    return switch (value) {
      case "IPv4", "1" -> FlowFilter.ipVersion(4);
      case "IPv6", "2" -> FlowFilter.ipVersion(6);
      default ->
          throw new IllegalArgumentException(
              "ip_version " + value + " of a filter is not known; use IPv4 or IPv6");
    };
  }

  private static Predicate<Flow> reply(String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(
          "reply " + value + " of a filter is not known; use true or false");
    }
    boolean wanted = Boolean.parseBoolean(value);
    return flow -> flow.getReply() != null && flow.getReply() == wanted;
  }
}
