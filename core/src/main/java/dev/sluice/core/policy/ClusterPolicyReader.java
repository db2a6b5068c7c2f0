package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy by the text of its API ({@code
 * apis/v1alpha2/clusternetworkpolicy_types.go} of kubernetes-sigs/network-policy-api). Its rules
 * stand before or after those of namespaces and switch no default deny on; the first one that
 * matches decides, so that each gets a priority of its own: {@code spec.priority * 32} and its
 * place in the list.
 */
final class ClusterPolicyReader {
  private static final FieldTable SPEC =
      FieldTable.of("tier", "priority", "subject", "ingress", "egress");
  private static final FieldTable INGRESS = FieldTable.of("name", "action", "from", "protocols");
  private static final FieldTable EGRESS = FieldTable.of("name", "action", "to", "protocols");
  private static final int LAST_PRIORITY = 1000;
  private static final int RULES_A_PRIORITY = 32;
  private static final int MOST = 25;
  private static final int LONGEST_NAME = 100;

  private final Reading reading;
  private final ClusterPeerReader peers;
  private final ClusterPortReader ports;

  ClusterPolicyReader(Reading reading) {
    this.reading = reading;
    this.peers = new ClusterPeerReader(reading);
    this.ports = new ClusterPortReader(reading);
  }

  /** The rules of the object; meaningless when the reading holds a refusal. */
  List<PolicyRule> read(Map<String, Object> body, boolean known) {
    if (body.get("spec") == null) {
      if (known) {
        reading.refuse(
            "missing-field", "spec", "spec is missing: write tier, priority, subject and rules");
      }
      return List.of();
    }
    return reading
        .object(body.get("spec"), "spec", "write tier, priority, subject and rules below it")
        .flatMap(this::spec)
        .map(List::of)
        .orElse(List.of());
  }

  private Optional<PolicyRule> spec(Map<String, Object> spec) {
    boolean known = SPEC.check(spec, "spec", reading);
    Optional<TrafficRule.Tier> tier = tier(spec, known);
    Optional<Integer> priority = reading.number(spec, "priority", "spec", 0, LAST_PRIORITY);
    if (known && spec.get("priority") == null) {
      reading.refuse(
          "missing-field",
          "spec.priority",
          "priority is missing: write a number from 0 (decides first) to " + LAST_PRIORITY);
    }
    Optional<LabelSelector> subject = Optional.empty();
    if (spec.get("subject") != null) {
      subject = peers.subject(spec.get("subject"), "spec.subject");
    } else if (known) {
      reading.refuse(
          "missing-field",
          "spec.subject",
          "subject is missing: write namespaces: {} for every pod of the cluster");
    }
    TrafficRule.Tier at = tier.orElse(TrafficRule.Tier.ADMIN);
    int first = priority.orElse(0) * RULES_A_PRIORITY;
    List<TrafficRule> ingress = rules(spec, true, at, first);
    List<TrafficRule> egress = rules(spec, false, at, first);
    if (known && isEmpty(spec.get("ingress")) && isEmpty(spec.get("egress"))) {
      reading.refuse(
          "missing-field",
          "spec",
          "there is no rule, and here an empty list denies nothing: write a rule of ingress or"
              + " egress");
    }
    return subject.map(
        selector ->
            new PolicyRule(
                "spec",
                selector,
                "",
                List.of(),
                "",
                new PolicyRule.Direction(false, ingress),
                new PolicyRule.Direction(false, egress)));
  }

  private static boolean isEmpty(Object value) {
    return value == null || value instanceof List<?> list && list.isEmpty();
  }

  private Optional<TrafficRule.Tier> tier(Map<String, Object> spec, boolean known) {
    Optional<String> word =
        reading.required(spec, "tier", "spec", known, "write Admin or Baseline");
    if (word.isEmpty()) {
      return Optional.empty();
    }
    return switch (word.get()) {
      case "Admin" -> Optional.of(TrafficRule.Tier.ADMIN);
      case "Baseline" -> Optional.of(TrafficRule.Tier.BASELINE);
      default -> {
        reading.refuse(
            "bad-value", "spec.tier", "unknown tier " + word.get() + ": write Admin or Baseline");
        yield Optional.empty();
      }
    };
  }

  private List<TrafficRule> rules(
      Map<String, Object> spec, boolean ingress, TrafficRule.Tier tier, int priority) {
    String field = ingress ? "ingress" : "egress";
    List<?> list =
        reading
            .list(spec, field, "spec", "write a list of rules: - action: Deny")
            .orElse(List.of());
    if (list.size() > MOST) {
      reading.refuse(
          "bad-value",
          Reading.at("spec", field),
          "at most "
              + MOST
              + " rules stand in one list and here are "
              + list.size()
              + ": write another ClusterNetworkPolicy with the next priority");
    }
    List<TrafficRule> rules = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      rule(list.get(i), ingress, Reading.at(Reading.at("spec", field), i), tier, priority + i)
          .ifPresent(rules::add);
    }
    return List.copyOf(rules);
  }

  private Optional<TrafficRule> rule(
      Object value, boolean ingress, String path, TrafficRule.Tier tier, int priority) {
    String field = ingress ? "from" : "to";
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {action: Deny, " + field + ": [{namespaces: {}}]}");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> rule = object.get();
    boolean known = (ingress ? INGRESS : EGRESS).check(rule, path, reading);
    String name = reading.string(rule, "name", path).orElse("");
    if (name.length() > LONGEST_NAME) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "name"),
          "a name has at most "
              + LONGEST_NAME
              + " letters and this has "
              + name.length()
              + ": write a shorter one");
    }
    Optional<TrafficRule.Action> action = action(rule, path, known);
    List<TrafficRule.Peer> whom = whom(rule, field, ingress, path, known);
    List<TrafficRule.PortRule> where = ports.read(rule, path);
    peers.checkNames(rule, ingress, action, path);
    return action.map(
        one ->
            new TrafficRule(path, one, tier, priority, new TrafficRule.Peers.AnyOf(whom), where));
  }

  private Optional<TrafficRule.Action> action(
      Map<String, Object> rule, String path, boolean known) {
    Optional<String> word =
        reading.required(rule, "action", path, known, "write Accept, Deny or Pass");
    if (word.isEmpty()) {
      return Optional.empty();
    }
    return switch (word.get()) {
      case "Accept" -> Optional.of(TrafficRule.Action.ALLOW);
      case "Deny" -> Optional.of(TrafficRule.Action.DENY);
      case "Pass" -> Optional.of(TrafficRule.Action.PASS);
      default -> {
        reading.refuse(
            "bad-value",
            Reading.at(path, "action"),
            "unknown action " + word.get() + ": write Accept, Deny or Pass");
        yield Optional.empty();
      }
    };
  }

  private List<TrafficRule.Peer> whom(
      Map<String, Object> rule, String field, boolean ingress, String path, boolean known) {
    String at = Reading.at(path, field);
    String example = field + ": [{namespaces: {}}] for every pod";
    if (rule.get(field) == null) {
      if (known) {
        reading.refuse("missing-field", at, field + " is missing: write " + example);
      }
      return List.of();
    }
    List<?> list = reading.list(rule, field, path, "write " + example).orElse(null);
    if (list == null) {
      return List.of();
    }
    if (list.isEmpty()) {
      reading.refuse("bad-value", at, field + " is empty: write " + example);
    }
    if (list.size() > MOST) {
      reading.refuse(
          "bad-value",
          at,
          "at most "
              + MOST
              + " peers stand in one list and here are "
              + list.size()
              + ": write another rule");
    }
    List<TrafficRule.Peer> whom = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      whom.addAll(peers.read(list.get(i), ingress, Reading.at(at, i)));
    }
    return List.copyOf(whom);
  }
}
