package dev.sluice.core.policy;

import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the lists of peers of a Cilium rule, one member at a time. */
final class PeerReader {
  private static final FieldTable CIDR_RULE =
      FieldTable.of("cidr", "cidrGroupRef", "cidrGroupSelector", "except");
  private static final String WRITE_CIDR = "write {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}";

  private final Reading reading;
  private final CiliumScope scope;
  private final PrefixReader prefixes;
  private final ServiceReader services;

  PeerReader(Reading reading, CiliumScope scope) {
    this.reading = reading;
    this.scope = scope;
    this.prefixes = new PrefixReader(reading);
    this.services = new ServiceReader(reading);
  }

  /**
   * Reads the list of one kind of peers.
   *
   * @return empty when the rule does not have it; an empty list means nobody
   */
  Optional<List<TrafficRule.Peer>> read(
      Map<String, Object> rule, RuleForm form, PeerKind kind, String path) {
    String field = form.peer(kind.field());
    String at = Reading.at(path, field);
    Optional<List<?>> list = reading.list(rule, field, path, "write a list: " + kind.example());
    if (list.isEmpty()) {
      return Optional.empty();
    }
    if (kind == PeerKind.FQDNS && list.get().isEmpty()) {
      reading.refuse(
          "bad-value",
          at,
          field
              + " is empty, which Cilium reads as every destination when ports are given: list the"
              + " names, or take it out");
    }
    List<TrafficRule.Peer> peers = new ArrayList<>();
    for (int i = 0; i < list.get().size(); i++) {
      member(list.get().get(i), kind, Reading.at(at, i)).ifPresent(peers::add);
    }
    return Optional.of(List.copyOf(peers));
  }

  private Optional<TrafficRule.Peer> member(Object value, PeerKind kind, String path) {
    return switch (kind) {
      case ENDPOINTS ->
          scope.peer(value, path).map(one -> new TrafficRule.Peer.Endpoints(path, one));
      case ENTITIES ->
          reading
              .string(value, "", path)
              .flatMap(word -> entity(word, path))
              .map(one -> new TrafficRule.Peer.Named(path, one));
      case CIDR -> prefixes.prefixOrAddress(value, path).map(one -> cidr(path, one, List.of()));
      case CIDR_SET ->
          reading.object(value, path, WRITE_CIDR).flatMap(object -> cidrRule(object, path));
      case SERVICES -> services.read(value, path);
      case FQDNS ->
          FqdnReader.read(value, path, reading).map(one -> new TrafficRule.Peer.Fqdn(path, one));
    };
  }

  private static TrafficRule.Peer cidr(String path, Prefix prefix, List<Prefix> except) {
    return new TrafficRule.Peer.Cidr(path, prefix, except, TrafficRule.Reach.WORLD);
  }

  private Optional<Entity> entity(String word, String path) {
    Optional<Entity> entity = Entity.of(word);
    if (entity.isEmpty()) {
      List<String> words = Arrays.stream(Entity.values()).map(Entity::text).toList();
      String list = "write one of " + String.join(", ", words);
      String meant =
          Nearest.of(word, words).map(match -> "did you mean " + match.word() + "?").orElse(list);
      reading.refuse("bad-value", path, "unknown entity " + word + ": " + meant);
    }
    return entity;
  }

  private Optional<TrafficRule.Peer> cidrRule(Map<String, Object> object, String path) {
    boolean known = CIDR_RULE.check(object, path, reading);
    List<String> given =
        List.of("cidr", "cidrGroupRef", "cidrGroupSelector").stream()
            .filter(field -> object.get(field) != null)
            .toList();
    if (given.size() > 1) {
      reading.refuse(
          "conflict",
          Reading.at(path, given.get(1)),
          String.join(" and ", given) + " cannot stand in one entry: write one entry for each");
      return Optional.empty();
    }
    if (given.isEmpty()) {
      if (known) {
        reading.refuse("missing-field", Reading.at(path, "cidr"), "cidr is missing: " + WRITE_CIDR);
      }
      return Optional.empty();
    }
    String at = Reading.at(path, given.getFirst());
    return switch (given.getFirst()) {
      case "cidr" -> {
        Optional<Prefix> prefix = prefixes.prefix(object.get("cidr"), at);
        List<Prefix> except = prefixes.except(object, path, prefix, false);
        yield prefix.map(one -> cidr(path, one, except));
      }
      case "cidrGroupRef" -> {
        List<Prefix> except = prefixes.except(object, path, Optional.empty(), false);
        yield groupName(object, at).map(name -> new TrafficRule.Peer.CidrGroup(path, name, except));
      }
      default -> {
        List<Prefix> except = prefixes.except(object, path, Optional.empty(), false);
        yield groups(object.get("cidrGroupSelector"), at)
            .map(selector -> new TrafficRule.Peer.CidrGroups(path, selector, except));
      }
    };
  }

  private Optional<String> groupName(Map<String, Object> object, String path) {
    Optional<String> name = reading.string(object.get("cidrGroupRef"), "cidrGroupRef", path);
    if (name.isPresent() && !LabelSyntax.isDomain(name.get())) {
      reading.refuse(
          "bad-value",
          path,
          "\"" + name.get() + "\" names no CiliumCIDRGroup: write its metadata.name");
      return Optional.empty();
    }
    return name;
  }

  private Optional<LabelSelector> groups(Object value, String path) {
    Optional<List<Requirement>> all =
        new SelectorReader(reading).read(value, path, KeyDialect.CIDR_GROUP);
    if (all.isPresent() && all.get().stream().noneMatch(PeerReader::finds)) {
      reading.refuse(
          "bad-value",
          path,
          "cidrGroupSelector finds groups by a label that they have: write matchLabels, or In or"
              + " Exists in matchExpressions");
      return Optional.empty();
    }
    return all.map(LabelSelector::of);
  }

  /** Whether a condition holds only for what has a label. */
  private static boolean finds(Requirement one) {
    return one.operator() == Requirement.Operator.IN
        || one.operator() == Requirement.Operator.EXISTS;
  }
}
