package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code toPorts} of a Cilium rule. Ports are those of the destination. */
final class PortReader {
  private static final int MOST_PORTS = 40;
  private static final String NO_PORTS = "list the ports, or leave toPorts out to mean every port";
  private static final FieldTable ALLOW =
      FieldTable.of("ports", "rules", "serverNames")
          .outside(
              "listener",
              "(an Envoy listener) is not read: write rules, or take it out to allow the ports")
          .outside(
              "terminatingTLS",
              "is not done, nothing here decrypts traffic: take it out, serverNames can tell TLS"
                  + " connections apart")
          .outside(
              "originatingTLS",
              "is not done, nothing here encrypts traffic: take it out and let the workload use"
                  + " TLS");
  private static final FieldTable DENY =
      FieldTable.of("ports")
          .outside("rules", "cannot be denied, only allowed: deny the port, or allow less")
          .outside("serverNames", "cannot be denied, only allowed: deny the port, or allow less")
          .outside("listener", "has no place in a deny rule: take it out")
          .outside("terminatingTLS", "has no place in a deny rule: take it out")
          .outside("originatingTLS", "has no place in a deny rule: take it out");

  private final Reading reading;
  private final PortNumberReader numbers;
  private final L7Reader l7;

  PortReader(Reading reading) {
    this.reading = reading;
    this.numbers = new PortNumberReader(reading);
    this.l7 = new L7Reader(reading);
  }

  /** The ports of all entries; no entry at all means every port. */
  List<TrafficRule.PortRule> read(List<?> entries, RuleForm form, String path) {
    List<TrafficRule.PortRule> rules = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      String at = Reading.at(path, i);
      reading
          .object(entries.get(i), at, "write ports: [{port: \"8080\", protocol: TCP}]")
          .ifPresent(entry -> entry(entry, form, at, rules));
    }
    return rules;
  }

  private void entry(
      Map<String, Object> entry, RuleForm form, String path, List<TrafficRule.PortRule> rules) {
    boolean known = (form.deny() ? DENY : ALLOW).check(entry, path, reading);
    L7Rules says = form.deny() ? L7Rules.NONE : l7.read(entry, form, path);
    String at = Reading.at(path, "ports");
    if (entry.get("ports") == null) {
      if (known) {
        reading.refuse("missing-field", at, "ports is missing: " + NO_PORTS);
      }
      return;
    }
    List<?> ports =
        reading
            .list(entry, "ports", path, "write ports: [{port: \"8080\", protocol: TCP}]")
            .orElse(null);
    if (ports == null) {
      return;
    }
    if (ports.isEmpty()) {
      reading.refuse("bad-value", at, "ports is empty: " + NO_PORTS);
    }
    if (ports.size() > MOST_PORTS) {
      reading.refuse(
          "bad-value",
          at,
          "at most "
              + MOST_PORTS
              + " ports stand in one list and here are "
              + ports.size()
              + ": write a range with endPort, or another entry of toPorts");
    }
    for (int i = 0; i < ports.size(); i++) {
      String portAt = Reading.at(at, i);
      reading
          .object(ports.get(i), portAt, "write {port: \"8080\", protocol: TCP}")
          .flatMap(port -> numbers.read(port, portAt))
          .map(port -> new TrafficRule.PortRule(portAt, port.protocol(), port.ports(), says))
          .filter(port -> l7.fits(port, entry))
          .ifPresent(rules::add);
    }
  }
}
