package dev.sluice.core.policy;

import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a networking.k8s.io/v1 NetworkPolicy by the text of the Kubernetes API:
 *
 * <ol>
 *   <li>policyTypes says which directions it isolates; without it Ingress, and Egress when there is
 *       an egress rule;
 *   <li>rules of a direction that it does not isolate do nothing;
 *   <li>no peers means everyone, no ports means every port;
 *   <li>podSelector alone is of the policy's namespace; beside namespaceSelector both must hold;
 *   <li>ipBlock means every address in it, a pod's too.
 * </ol>
 */
final class NetworkPolicyReader {
  private static final FieldTable SPEC =
      FieldTable.of("podSelector", "policyTypes", "ingress", "egress");
  private static final FieldTable INGRESS = FieldTable.of("from", "ports");
  private static final FieldTable EGRESS = FieldTable.of("to", "ports");
  private static final FieldTable PEER =
      FieldTable.of("podSelector", "namespaceSelector", "ipBlock");
  private static final FieldTable BLOCK = FieldTable.of("cidr", "except");
  private static final List<String> TYPES = List.of("Ingress", "Egress");
  private static final String WRITE_PEER = "write podSelector, namespaceSelector or ipBlock";

  private final Reading reading;
  private final String namespace;
  private final KubernetesScope scope;
  private final PrefixReader prefixes;
  private final NetworkPolicyPortReader ports;

  NetworkPolicyReader(Reading reading, String namespace) {
    this.reading = reading;
    this.namespace = namespace;
    this.scope = new KubernetesScope(reading);
    this.prefixes = new PrefixReader(reading);
    this.ports = new NetworkPolicyPortReader(reading);
  }

  /** The rules of the object; meaningless when the reading holds a refusal. */
  List<PolicyRule> read(Map<String, Object> body, boolean known) {
    if (body.get("spec") == null) {
      if (known) {
        reading.refuse("missing-field", "spec", "spec is missing: write podSelector and ingress");
      }
      return List.of();
    }
    return reading
        .object(body.get("spec"), "spec", "write podSelector: {} and ingress below it")
        .flatMap(this::spec)
        .map(List::of)
        .orElse(List.of());
  }

  private Optional<PolicyRule> spec(Map<String, Object> spec) {
    boolean known = SPEC.check(spec, "spec", reading);
    Optional<LabelSelector> subject = Optional.empty();
    if (spec.get("podSelector") != null) {
      subject = scope.podsOf(namespace, spec.get("podSelector"), "spec.podSelector");
    } else if (known) {
      reading.refuse(
          "missing-field",
          "spec.podSelector",
          "podSelector is missing: write {} for every pod of the namespace");
    }
    List<String> types = types(spec);
    PolicyRule.Direction ingress = direction(spec, "ingress", types.contains("Ingress"));
    PolicyRule.Direction egress = direction(spec, "egress", types.contains("Egress"));
    return subject.map(
        selector -> new PolicyRule("spec", selector, "", List.of(), "", ingress, egress));
  }

  private List<String> types(Map<String, Object> spec) {
    List<?> list =
        reading.list(spec, "policyTypes", "spec", "write [Ingress, Egress]").orElse(List.of());
    List<String> types = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at("spec.policyTypes", i);
      Optional<String> type = reading.string(list.get(i), "", at);
      if (type.isPresent() && !TYPES.contains(type.get())) {
        reading.refuse(
            "bad-value",
            at,
            "unknown policy type "
                + type.get()
                + ": "
                + Nearest.of(type.get(), TYPES)
                    .map(match -> "did you mean " + match.word() + "?")
                    .orElse("write Ingress or Egress"));
      }
      type.ifPresent(types::add);
    }
    if (!list.isEmpty()) {
      return types;
    }
    boolean egress = spec.get("egress") instanceof List<?> rules && !rules.isEmpty();
    return egress ? TYPES : List.of("Ingress");
  }

  private PolicyRule.Direction direction(Map<String, Object> spec, String field, boolean isolates) {
    boolean ingress = field.equals("ingress");
    String at = Reading.at("spec", field);
    Optional<List<?>> list =
        reading.list(spec, field, "spec", "write a list: [] or - " + (ingress ? "from" : "to"));
    List<TrafficRule> rules = new ArrayList<>();
    for (int i = 0; i < list.map(List::size).orElse(0); i++) {
      rules.addAll(rule(list.get().get(i), ingress, Reading.at(at, i)));
    }
    if (isolates) {
      return new PolicyRule.Direction(true, List.copyOf(rules));
    }
    if (list.isPresent()) {
      String type = ingress ? "Ingress" : "Egress";
      reading.warn(
          "inert-section",
          at,
          field
              + " does nothing, since policyTypes does not have "
              + type
              + ": add "
              + type
              + " to policyTypes, or take "
              + field
              + " out");
    }
    return PolicyRule.Direction.OPEN;
  }

  private List<TrafficRule> rule(Object value, boolean ingress, String path) {
    String field = ingress ? "from" : "to";
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {} to allow everything, or a rule with " + field);
    if (object.isEmpty()) {
      return List.of();
    }
    (ingress ? INGRESS : EGRESS).check(object.get(), path, reading);
    List<?> list =
        reading
            .list(object.get(), field, path, "write a list: - podSelector: {}")
            .orElse(List.of());
    List<TrafficRule.Peer> peers = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      peer(list.get(i), Reading.at(Reading.at(path, field), i)).ifPresent(peers::add);
    }
    return List.of(
        new TrafficRule(
            path,
            TrafficRule.Action.ALLOW,
            TrafficRule.Tier.NORMAL,
            0,
            list.isEmpty()
                ? new TrafficRule.Peers.Any()
                : new TrafficRule.Peers.AnyOf(List.copyOf(peers)),
            ports.read(object.get(), path)));
  }

  private Optional<TrafficRule.Peer> peer(Object value, String path) {
    Optional<Map<String, Object>> object = reading.object(value, path, WRITE_PEER);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = PEER.check(object.get(), path, reading);
    Object pods = object.get().get("podSelector");
    Object namespaces = object.get().get("namespaceSelector");
    Object block = object.get().get("ipBlock");
    if (block != null && (pods != null || namespaces != null)) {
      reading.refuse(
          "conflict",
          Reading.at(path, "ipBlock"),
          "ipBlock and selectors cannot stand in one peer: write one peer for each");
      return Optional.empty();
    }
    if (block != null) {
      return block(block, Reading.at(path, "ipBlock"), path);
    }
    if (pods == null && namespaces == null) {
      if (known) {
        reading.refuse("missing-field", path, "the peer is empty: " + WRITE_PEER);
      }
      return Optional.empty();
    }
    return selector(pods, namespaces, path)
        .map(selector -> new TrafficRule.Peer.Endpoints(path, selector));
  }

  private Optional<LabelSelector> selector(Object pods, Object namespaces, String path) {
    String podsAt = Reading.at(path, "podSelector");
    String namespacesAt = Reading.at(path, "namespaceSelector");
    if (namespaces == null) {
      return scope.podsOf(namespace, pods, podsAt);
    }
    return pods == null
        ? scope.namespaces(namespaces, namespacesAt)
        : scope.podsIn(namespaces, namespacesAt, pods, podsAt);
  }

  private Optional<TrafficRule.Peer> block(Object value, String at, String path) {
    String write = "write {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}";
    Optional<Map<String, Object>> object = reading.object(value, at, write);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = BLOCK.check(object.get(), at, reading);
    Optional<Prefix> prefix =
        reading
            .required(object.get(), "cidr", at, known, write)
            .flatMap(text -> prefixes.prefix(text, Reading.at(at, "cidr")));
    List<Prefix> except = prefixes.except(object.get(), at, prefix, true);
    return prefix.map(
        one -> new TrafficRule.Peer.Cidr(path, one, except, TrafficRule.Reach.EVERYONE));
  }
}
