package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one entry of {@code ingress} or {@code egress}. What the absence of peers means is
 * Cilium's:
 *
 * <ol>
 *   <li>no peers and ports: anyone, on these ports;
 *   <li>an empty list of peers: nobody;
 *   <li>{@code {}}, neither peers nor ports: nobody either, though its presence turns default deny
 *       on;
 *   <li>peers without ports: these, on every port and protocol.
 * </ol>
 */
final class TrafficRuleReader {
  private static final List<String> LATER_ENTITIES =
      List.of("cluster-mesh", "ingress", "kube-apiserver");
  private static final FieldTable INGRESS =
      FieldTable.of("fromEndpoints", "fromEntities", "toPorts")
          .later("fromCIDR", "peers by prefix")
          .later("fromCIDRSet", "peers by prefix")
          .later("fromGroups", "peers by cloud group")
          .later("fromNodes", "peers by node")
          .later("fromRequires", "a field that Cilium has dropped")
          .later("icmps", "ICMP types")
          .later("authentication", "mutual authentication");
  private static final FieldTable EGRESS =
      FieldTable.of("toEndpoints", "toEntities", "toPorts")
          .later("toCIDR", "peers by prefix")
          .later("toCIDRSet", "peers by prefix")
          .later("toFQDNs", "peers by DNS name")
          .later("toServices", "peers by Service")
          .later("toGroups", "peers by cloud group")
          .later("toNodes", "peers by node")
          .later("toRequires", "a field that Cilium has dropped")
          .later("icmps", "ICMP types")
          .later("authentication", "mutual authentication");

  private final Reading reading;
  private final SelectorReader selectors;

  TrafficRuleReader(Reading reading, SelectorReader selectors) {
    this.reading = reading;
    this.selectors = selectors;
  }

  /** What is found wrong is in the reading; the rule then says nothing. */
  TrafficRule ingress(Object value, String path) {
    return read(value, path, INGRESS, "fromEndpoints", "fromEntities");
  }

  /** What is found wrong is in the reading; the rule then says nothing. */
  TrafficRule egress(Object value, String path) {
    return read(value, path, EGRESS, "toEndpoints", "toEntities");
  }

  private TrafficRule read(
      Object value, String path, FieldTable fields, String endpointsField, String entitiesField) {
    Map<String, Object> object =
        reading.object(value, path, "write {} or a rule with " + endpointsField).orElse(Map.of());
    fields.check(object, path, reading);
    Optional<List<?>> endpoints =
        reading.list(object, endpointsField, path, "write a list of selectors: - matchLabels: …");
    Optional<List<?>> entities =
        reading.list(object, entitiesField, path, "write a list of names: [world]");
    Optional<List<?>> ports =
        reading.list(object, "toPorts", path, "write a list: - ports: [{port: \"8080\"}]");
    if (endpoints.isPresent() && entities.isPresent()) {
      reading.refuse(
          "conflict",
          Reading.at(path, entitiesField),
          endpointsField
              + " and "
              + entitiesField
              + " cannot stand in one rule: write one rule for each, rules add up");
    }
    List<TrafficRule.PortRule> portRules =
        new PortReader(reading).read(ports.orElse(List.of()), Reading.at(path, "toPorts"));
    List<TrafficRule.Peer> peers = new ArrayList<>();
    endpoints.ifPresent(list -> endpoints(list, Reading.at(path, endpointsField), peers));
    entities.ifPresent(list -> entities(list, Reading.at(path, entitiesField), peers));
    boolean anyone =
        endpoints.isEmpty() && entities.isEmpty() && ports.map(l -> !l.isEmpty()).orElse(false);
    return new TrafficRule(
        path,
        TrafficRule.Action.ALLOW,
        TrafficRule.Tier.NORMAL,
        0,
        anyone ? new TrafficRule.Peers.Any() : new TrafficRule.Peers.AnyOf(List.copyOf(peers)),
        List.copyOf(portRules));
  }

  private void endpoints(List<?> list, String path, List<TrafficRule.Peer> peers) {
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(path, i);
      selectors
          .peer(list.get(i), at)
          .ifPresent(selector -> peers.add(new TrafficRule.Peer.Endpoints(at, selector)));
    }
  }

  private void entities(List<?> list, String path, List<TrafficRule.Peer> peers) {
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(path, i);
      reading
          .string(list.get(i), "entity", at)
          .flatMap(word -> entity(word, at))
          .ifPresent(entity -> peers.add(new TrafficRule.Peer.Named(at, entity)));
    }
  }

  private Optional<Entity> entity(String word, String path) {
    Optional<Entity> entity = Entity.of(word);
    if (entity.isPresent()) {
      return entity;
    }
    List<String> words = Arrays.stream(Entity.values()).map(Entity::text).toList();
    if (LATER_ENTITIES.contains(word)) {
      reading.refuse(
          "unsupported-field",
          path,
          "entity " + word + " is not supported by this version: take it out");
    } else {
      String list = "write one of " + String.join(", ", words);
      String meant =
          Nearest.of(word, words).map(match -> "did you mean " + match.word() + "?").orElse(list);
      reading.refuse("bad-value", path, "unknown entity " + word + ": " + meant);
    }
    return Optional.empty();
  }
}
