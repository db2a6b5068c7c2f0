package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one rule object of a Cilium policy: {@code spec}, or a member of {@code specs}. */
final class CiliumSpecReader {
  private static final FieldTable SPEC =
      FieldTable.of(
              "endpointSelector",
              "ingress",
              "egress",
              "ingressDeny",
              "egressDeny",
              "enableDefaultDeny",
              "labels",
              "description",
              "log")
          .outside(
              "nodeSelector",
              "(a policy for nodes) is not enforced, nodes have no policy of their own: write"
                  + " endpointSelector, and protect nodes with the host's firewall");
  private static final FieldTable DEFAULT_DENY = FieldTable.of("ingress", "egress");
  private static final FieldTable LABEL = FieldTable.of("key", "value", "source");
  private static final FieldTable LOG = FieldTable.of("value");
  private static final int LONGEST_LOG = 32;

  private final Reading reading;
  private final CiliumScope scope;
  private final TrafficRuleReader rules;

  CiliumSpecReader(Reading reading, CiliumScope scope) {
    this.reading = reading;
    this.scope = scope;
    this.rules = new TrafficRuleReader(reading, scope);
  }

  Optional<PolicyRule> read(Object value, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write endpointSelector: {} and ingress below it");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> spec = object.get();
    boolean known = SPEC.check(spec, path, reading);
    Optional<LabelSelector> subject = subject(spec, path, known);
    Map<String, Object> switches = switches(spec, path);
    PolicyRule.Direction ingress =
        direction(spec, path, switches, RuleForm.INGRESS, RuleForm.INGRESS_DENY);
    PolicyRule.Direction egress =
        direction(spec, path, switches, RuleForm.EGRESS, RuleForm.EGRESS_DENY);
    if (known && Arrays.stream(RuleForm.values()).noneMatch(form -> says(spec, form))) {
      reading.refuse(
          "missing-field",
          path,
          "neither ingress nor egress is given: write ingress: [{}] to deny everything that comes"
              + " in, or list what is allowed");
    }
    String description = reading.string(spec, "description", path).orElse("");
    List<Label> labels = labels(spec, path);
    String log = log(spec, path);
    return subject.map(
        selector -> new PolicyRule(path, selector, description, labels, log, ingress, egress));
  }

  /** An empty list says something for allow rules alone: nothing is allowed. */
  private static boolean says(Map<String, Object> spec, RuleForm form) {
    Object value = spec.get(form.field());
    boolean empty = value instanceof List<?> list && list.isEmpty();
    return value != null && !(form.deny() && empty);
  }

  private Optional<LabelSelector> subject(Map<String, Object> spec, String path, boolean known) {
    String at = Reading.at(path, "endpointSelector");
    if (spec.get("endpointSelector") != null) {
      return scope.subject(spec.get("endpointSelector"), at);
    }
    if (known && spec.get("nodeSelector") == null) {
      reading.refuse(
          "missing-field",
          at,
          "endpointSelector is missing: write {} for every endpoint of the "
              + (scope.clusterwide() ? "cluster" : "namespace"));
    }
    return Optional.empty();
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
   * Default deny is on when the key of the direction's allow rules is there, whatever its list
   * holds, or when a deny rule is; unless {@code enableDefaultDeny} says otherwise.
   */
  private PolicyRule.Direction direction(
      Map<String, Object> spec,
      String path,
      Map<String, Object> switches,
      RuleForm allow,
      RuleForm deny) {
    List<TrafficRule> read = new ArrayList<>();
    for (RuleForm form : List.of(allow, deny)) {
      List<?> entries =
          reading.list(spec, form.field(), path, "write a list: [] or - {…}").orElse(List.of());
      String at = Reading.at(path, form.field());
      for (int i = 0; i < entries.size(); i++) {
        read.add(rules.read(entries.get(i), form, Reading.at(at, i)));
      }
    }
    boolean defaultDeny =
        reading
            .bool(switches, allow.field(), Reading.at(path, "enableDefaultDeny"))
            .orElse(says(spec, allow) || says(spec, deny));
    return new PolicyRule.Direction(defaultDeny, List.copyOf(read));
  }

  private List<Label> labels(Map<String, Object> spec, String path) {
    List<?> list =
        reading.list(spec, "labels", path, "write a list of {key: …, value: …}").orElse(List.of());
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(Reading.at(path, "labels"), i);
      Map<String, Object> label =
          reading.object(list.get(i), at, "write {key: …, value: …}").orElse(null);
      if (label == null) {
        continue;
      }
      boolean known = LABEL.check(label, at, reading);
      labels.add(
          new Label(
              reading.string(label, "source", at).orElse("unspec"),
              reading
                  .required(label, "key", at, known, "write {key: team, value: shop}")
                  .orElse(""),
              reading.string(label, "value", at).orElse("")));
    }
    return labels.stream().sorted(Comparator.naturalOrder()).distinct().toList();
  }

  private String log(Map<String, Object> spec, String path) {
    String at = Reading.at(path, "log");
    if (spec.get("log") == null) {
      return "";
    }
    Map<String, Object> log =
        reading.object(spec.get("log"), at, "write {value: text}").orElse(Map.of());
    LOG.check(log, at, reading);
    String text = reading.string(log, "value", at).orElse("");
    if (text.length() > LONGEST_LOG || text.chars().anyMatch(Character::isISOControl)) {
      reading.refuse(
          "bad-value",
          Reading.at(at, "value"),
          "a log text has at most "
              + LONGEST_LOG
              + " printable letters and this has "
              + text.length()
              + ": write a shorter one");
    }
    return text;
  }
}
