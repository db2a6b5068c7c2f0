package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Reads a CiliumNetworkPolicy: {@code spec}, {@code specs}, and the whole of each. */
final class CiliumPolicyReader {
  private static final FieldTable BODY =
      FieldTable.of("apiVersion", "kind", "metadata", "spec", "specs", "status");
  private static final FieldTable SPEC =
      FieldTable.of(
              "endpointSelector", "ingress", "egress", "enableDefaultDeny", "labels", "description")
          .later("nodeSelector", "rules for nodes")
          .later("ingressDeny", "deny rules")
          .later("egressDeny", "deny rules")
          .later("log", "a text for the flows of a policy");
  private static final FieldTable DEFAULT_DENY = FieldTable.of("ingress", "egress");
  private static final FieldTable LABEL = FieldTable.of("key", "value", "source");
  private static final String API_GROUP = "cilium.io/";
  private static final String API_VERSION = "cilium.io/v2";

  private final Reading reading;
  private final SelectorReader selectors;
  private final TrafficRuleReader rules;

  CiliumPolicyReader(ObjectKey key, Reading reading) {
    this.reading = reading;
    this.selectors = new SelectorReader(reading, key.namespace());
    this.rules = new TrafficRuleReader(reading, selectors);
  }

  /** The rules of the object; meaningless when the reading holds a refusal. */
  List<PolicyRule> read(Map<String, Object> body) {
    BODY.check(body, "", reading);
    if (body.get("apiVersion") instanceof String version
        && version.startsWith(API_GROUP)
        && !version.equals(API_VERSION)) {
      reading.refuse(
          "bad-value",
          "apiVersion",
          "apiVersion " + version + " is not known: write " + API_VERSION);
    }
    List<PolicyRule> read = new ArrayList<>();
    Object spec = body.get("spec");
    List<?> specs = reading.list(body, "specs", "", "write a list of specs").orElse(List.of());
    if (spec == null && specs.isEmpty() && !(body.get("specs") instanceof Map)) {
      reading.refuse(
          "missing-field", "spec", "spec is missing: write endpointSelector and ingress");
    }
    if (spec != null) {
      spec(spec, "spec").ifPresent(read::add);
    }
    for (int i = 0; i < specs.size(); i++) {
      spec(specs.get(i), Reading.at("specs", i)).ifPresent(read::add);
    }
    return read;
  }

  private Optional<PolicyRule> spec(Object value, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write endpointSelector: {} and ingress below it");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> spec = object.get();
    SPEC.check(spec, path, reading);
    Optional<LabelSelector> subject = subject(spec, path);
    Map<String, Object> switches = switches(spec, path);
    PolicyRule.Direction ingress = direction(spec, "ingress", path, switches, rules::ingress);
    PolicyRule.Direction egress = direction(spec, "egress", path, switches, rules::egress);
    boolean saysDirection =
        List.of("ingress", "egress", "ingressDeny", "egressDeny").stream()
            .anyMatch(field -> spec.get(field) != null);
    if (!saysDirection) {
      reading.refuse(
          "missing-field",
          path,
          "neither ingress nor egress is given: write ingress: [] to deny everything that comes in,"
              + " or list what is allowed");
    }
    String description = reading.string(spec, "description", path).orElse("");
    List<Label> labels = labels(spec, path);
    return subject.map(
        selector -> new PolicyRule(path, selector, description, labels, "", ingress, egress));
  }

  private Optional<LabelSelector> subject(Map<String, Object> spec, String path) {
    String at = Reading.at(path, "endpointSelector");
    if (spec.get("endpointSelector") == null) {
      if (spec.get("nodeSelector") == null) {
        reading.refuse(
            "missing-field",
            at,
            "endpointSelector is missing: write {} for every endpoint of the namespace");
      }
      return Optional.empty();
    }
    return selectors.subject(spec.get("endpointSelector"), at);
  }

  private Map<String, Object> switches(Map<String, Object> spec, String path) {
    String at = Reading.at(path, "enableDefaultDeny");
    Object value = spec.get("enableDefaultDeny");
    Map<String, Object> switches =
        value == null
            ? Map.of()
            : reading.object(value, at, "write {ingress: false, egress: false}").orElse(Map.of());
    DEFAULT_DENY.check(switches, at, reading);
    return switches;
  }

  /**
   * Default deny is on when the direction's key is there, whatever its list holds, unless {@code
   * enableDefaultDeny} says otherwise.
   */
  private PolicyRule.Direction direction(
      Map<String, Object> spec,
      String field,
      String path,
      Map<String, Object> switches,
      BiFunction<Object, String, TrafficRule> reader) {
    String at = Reading.at(path, field);
    Optional<List<?>> list = reading.list(spec, field, path, "write a list: [] or - {…}");
    boolean defaultDeny =
        reading
            .bool(switches, field, Reading.at(path, "enableDefaultDeny"))
            .orElse(list.isPresent());
    List<TrafficRule> read = new ArrayList<>();
    List<?> entries = list.orElse(List.of());
    for (int i = 0; i < entries.size(); i++) {
      read.add(reader.apply(entries.get(i), Reading.at(at, i)));
    }
    return new PolicyRule.Direction(defaultDeny, List.copyOf(read));
  }

  private List<Label> labels(Map<String, Object> spec, String path) {
    List<?> list =
        reading.list(spec, "labels", path, "write a list of {key: …, value: …}").orElse(List.of());
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(Reading.at(path, "labels"), i);
      Map<String, Object> label =
          reading.object(list.get(i), at, "write {key: …, value: …}").orElse(Map.of());
      LABEL.check(label, at, reading);
      labels.add(
          new Label(
              reading.string(label, "source", at).orElse("unspec"),
              reading.string(label, "key", at).orElse(""),
              reading.string(label, "value", at).orElse("")));
    }
    return labels.stream().sorted(Comparator.naturalOrder()).distinct().toList();
  }
}
