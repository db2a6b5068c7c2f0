package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Reads the subject and the peers of a ClusterNetworkPolicy. */
final class ClusterPeerReader {
  private static final FieldTable SUBJECT = FieldTable.of("namespaces", "pods");
  private static final FieldTable INGRESS =
      SUBJECT
          .outside(
              "networks",
              "is a peer of egress alone in this API: write fromCIDR in a Cilium"
                  + "ClusterwideNetworkPolicy")
          .outside("nodes", "is a peer of egress alone in this API: nodes always reach their pods")
          .outside("domainNames", "is a peer of egress alone: take it out");
  private static final FieldTable EGRESS = SUBJECT.and("networks").and("nodes").and("domainNames");
  private static final FieldTable PODS = FieldTable.of("namespaceSelector", "podSelector");
  private static final int MOST = 25;
  private static final int LONGEST_NAME = 255;
  private static final Pattern DOMAIN =
      Pattern.compile("(\\*\\.)?([a-zA-Z0-9][-a-zA-Z0-9_]*\\.)+[a-zA-Z0-9][-a-zA-Z0-9_]*\\.?");

  private final Reading reading;
  private final KubernetesScope scope;
  private final PrefixReader prefixes;

  ClusterPeerReader(Reading reading) {
    this.reading = reading;
    this.scope = new KubernetesScope(reading);
    this.prefixes = new PrefixReader(reading);
  }

  /** Whom the policy is for. */
  Optional<LabelSelector> subject(Object value, String path) {
    return one(value, SUBJECT, path, "write namespaces: {} or pods")
        .flatMap(object -> pods(object, path));
  }

  /** The peers that one entry stands for; none when it was refused. */
  List<TrafficRule.Peer> read(Object value, boolean ingress, String path) {
    String write = "write namespaces: {} or pods" + (ingress ? "" : ", networks or domainNames");
    Optional<Map<String, Object>> object = one(value, ingress ? INGRESS : EGRESS, path, write);
    if (object.isEmpty()) {
      return List.of();
    }
    Map<String, Object> peer = object.get();
    if (peer.get("networks") != null) {
      return members(peer, "networks", path, this::network);
    }
    if (peer.get("domainNames") != null) {
      return members(peer, "domainNames", path, this::domain);
    }
    if (peer.get("nodes") != null) {
      return nodes(peer.get("nodes"), path);
    }
    return pods(peer, path)
        .map(selector -> List.<TrafficRule.Peer>of(new TrafficRule.Peer.Endpoints(path, selector)))
        .orElse(List.of());
  }

  /** An object of which exactly one field is given. */
  private Optional<Map<String, Object>> one(
      Object value, FieldTable fields, String path, String write) {
    Optional<Map<String, Object>> object = reading.object(value, path, write);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = fields.check(object.get(), path, reading);
    List<String> given =
        List.of("namespaces", "pods", "networks", "nodes", "domainNames").stream()
            .filter(field -> object.get().get(field) != null)
            .toList();
    if (given.isEmpty() && known) {
      reading.refuse("missing-field", path, "nothing is given: " + write);
    }
    if (given.size() > 1) {
      reading.refuse(
          "conflict",
          Reading.at(path, given.get(1)),
          String.join(" and ", given) + " cannot stand together: write one entry for each");
    }
    return given.size() == 1 ? object : Optional.empty();
  }

  private Optional<LabelSelector> pods(Map<String, Object> object, String path) {
    if (object.get("namespaces") != null) {
      return scope.namespaces(object.get("namespaces"), Reading.at(path, "namespaces"));
    }
    if (object.get("pods") == null) {
      return Optional.empty();
    }
    String at = Reading.at(path, "pods");
    Optional<Map<String, Object>> pods =
        reading.object(object.get("pods"), at, "write {namespaceSelector: {}, podSelector: {}}");
    if (pods.isEmpty()) {
      return Optional.empty();
    }
    boolean known = PODS.check(pods.get(), at, reading);
    if (pods.get().get("podSelector") == null) {
      if (known) {
        reading.refuse(
            "missing-field",
            Reading.at(at, "podSelector"),
            "podSelector is missing: write {} for every pod of the namespaces");
      }
      return Optional.empty();
    }
    Object namespaces = pods.get().get("namespaceSelector");
    return scope.podsIn(
        namespaces == null ? Map.of() : namespaces,
        Reading.at(at, "namespaceSelector"),
        pods.get().get("podSelector"),
        Reading.at(at, "podSelector"));
  }

  /** Nodes are known as this one and the others, not by their labels. */
  private List<TrafficRule.Peer> nodes(Object value, String path) {
    String at = Reading.at(path, "nodes");
    Optional<List<Requirement>> all =
        new SelectorReader(reading).read(value, at, KeyDialect.SERVICE);
    if (all.isEmpty()) {
      return List.of();
    }
    if (!all.get().isEmpty()) {
      reading.refuse(
          "unsupported-field",
          at,
          "nodes by label is not read: write nodes: {} for all of them, or networks with their"
              + " addresses");
    }
    return List.of(
        new TrafficRule.Peer.Named(path, Entity.HOST),
        new TrafficRule.Peer.Named(path, Entity.REMOTE_NODE));
  }

  private List<TrafficRule.Peer> members(
      Map<String, Object> peer,
      String field,
      String path,
      BiFunction<Object, String, Optional<TrafficRule.Peer>> reader) {
    String at = Reading.at(path, field);
    List<?> list = reading.list(peer, field, path, "write a list").orElse(null);
    if (list == null) {
      return List.of();
    }
    if (list.isEmpty() || list.size() > MOST) {
      reading.refuse(
          "bad-value",
          at,
          list.isEmpty()
              ? field + " is empty: list at least one, or take the peer out"
              : "at most "
                  + MOST
                  + " entries stand in one list and here are "
                  + list.size()
                  + ": write another peer");
    }
    List<TrafficRule.Peer> peers = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      String memberAt = Reading.at(at, i);
      if (list.get(i) instanceof String && !seen.add(list.get(i))) {
        reading.refuse(
            "duplicate", memberAt, list.get(i) + " stands here a second time: take it out");
      }
      reader.apply(list.get(i), memberAt).ifPresent(peers::add);
    }
    return peers;
  }

  private Optional<TrafficRule.Peer> network(Object value, String path) {
    return prefixes
        .prefix(value, path)
        .map(
            prefix ->
                new TrafficRule.Peer.Cidr(path, prefix, List.of(), TrafficRule.Reach.EVERYONE));
  }

  /** A star at the beginning stands for one or more labels, as {@code **} does in Cilium. */
  private Optional<TrafficRule.Peer> domain(Object value, String path) {
    Optional<String> text = reading.string(value, "", path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String name = text.get();
    if (name.length() > LONGEST_NAME || !DOMAIN.matcher(name).matches()) {
      reading.refuse(
          "bad-value",
          path,
          "\"" + name + "\" is no domain name: write api.stripe.com or *.stripe.com");
      return Optional.empty();
    }
    FqdnSelector selector =
        name.startsWith("*.")
            ? FqdnSelector.pattern("*" + name.toLowerCase(Locale.ROOT))
            : FqdnSelector.name(name);
    return Optional.of(new TrafficRule.Peer.Fqdn(path, selector));
  }

  /** Refuses what a rule as a whole may not say of names and of peers that have none. */
  void checkNames(
      Map<String, Object> rule, boolean ingress, Optional<TrafficRule.Action> action, String path) {
    if (ingress || !(rule.get("to") instanceof List<?> list)) {
      return;
    }
    for (int i = 0; i < list.size(); i++) {
      if (!(list.get(i) instanceof Map<?, ?> peer)) {
        continue;
      }
      String at = Reading.at(Reading.at(path, "to"), i);
      if (peer.get("domainNames") != null
          && action.filter(one -> one != TrafficRule.Action.ALLOW).isPresent()) {
        reading.refuse(
            "conflict",
            Reading.at(at, "domainNames"),
            "domainNames is for Accept alone: accept the names, and deny everything else in a rule"
                + " after it");
      }
      for (String field : List.of("networks", "nodes", "domainNames")) {
        if (peer.get(field) != null && ClusterPortReader.namesPort(rule)) {
          reading.refuse(
              "conflict",
              Reading.at(at, field),
              field + " has no named ports: write the port's number, or another rule");
        }
      }
    }
  }
}
