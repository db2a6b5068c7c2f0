package dev.sluice.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads one entry of {@code ingress}, {@code egress}, {@code ingressDeny} or {@code egressDeny}.
 * What the absence of peers means is Cilium's:
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
  private final Reading reading;
  private final PeerReader peers;
  private final PortReader ports;
  private final IcmpReader icmps;

  TrafficRuleReader(Reading reading, CiliumScope scope) {
    this.reading = reading;
    this.peers = new PeerReader(reading, scope);
    this.ports = new PortReader(reading);
    this.icmps = new IcmpReader(reading);
  }

  /** What is found wrong is in the reading; the rule then says nothing. */
  TrafficRule read(Object value, RuleForm form, String path) {
    Map<String, Object> object =
        reading
            .object(value, path, "write {} or a rule with " + form.peer("Endpoints"))
            .orElse(Map.of());
    form.fields().check(object, path, reading);
    Optional<List<TrafficRule.Peer>> whom = whom(object, form, path);
    List<TrafficRule.PortRule> where = where(object, form, path);
    return new TrafficRule(
        path,
        form.action(),
        TrafficRule.Tier.NORMAL,
        0,
        whom.isEmpty() && !where.isEmpty()
            ? new TrafficRule.Peers.Any()
            : new TrafficRule.Peers.AnyOf(whom.orElse(List.of())),
        where);
  }

  private Optional<List<TrafficRule.Peer>> whom(
      Map<String, Object> object, RuleForm form, String path) {
    Optional<List<TrafficRule.Peer>> whom = Optional.empty();
    String first = "";
    for (PeerKind kind : PeerKind.values()) {
      Optional<List<TrafficRule.Peer>> list =
          kind.standsIn(form) ? peers.read(object, form, kind, path) : Optional.empty();
      if (list.isPresent() && whom.isPresent()) {
        String field = form.peer(kind.field());
        reading.refuse(
            "conflict",
            Reading.at(path, field),
            first
                + " and "
                + field
                + " cannot stand in one rule: write one rule for each, rules add up");
      } else if (list.isPresent()) {
        first = form.peer(kind.field());
        whom = list;
      }
    }
    return whom;
  }

  private List<TrafficRule.PortRule> where(Map<String, Object> object, RuleForm form, String path) {
    List<?> portList =
        reading
            .list(object, "toPorts", path, "write a list: - ports: [{port: \"8080\"}]")
            .orElse(List.of());
    List<?> icmpList =
        reading
            .list(object, "icmps", path, "write a list: - fields: [{type: 8}]")
            .orElse(List.of());
    if (!portList.isEmpty() && !icmpList.isEmpty()) {
      reading.refuse(
          "conflict",
          Reading.at(path, "icmps"),
          "toPorts and icmps cannot stand in one rule: write one rule for each, rules add up");
    }
    return Stream.concat(
            ports.read(portList, form, Reading.at(path, "toPorts")).stream(),
            icmps.read(icmpList, Reading.at(path, "icmps")).stream())
        .toList();
  }
}
