package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code toPorts}. Ports are those of the destination. */
final class PortReader {
  private static final int LAST_PORT = 65535;
  private static final int MOST_PORTS = 40;
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
  private static final Pattern SERVICE_NAME = Pattern.compile("[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*");
  private static final List<String> LATER_PROTOCOLS =
      List.of("ICMP", "ICMPV6", "VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH");

  private static final FieldTable ENTRY =
      FieldTable.of("ports")
          .later("rules", "rules of layer 7")
          .later("serverNames", "TLS server names")
          .later("listener", "redirection to an Envoy listener")
          .later("terminatingTLS", "TLS termination")
          .later("originatingTLS", "TLS origination");
  private static final FieldTable PORT = FieldTable.of("port", "endPort", "protocol");

  private final Reading reading;

  PortReader(Reading reading) {
    this.reading = reading;
  }

  /** The ports of all entries; no entry at all means every port. */
  List<TrafficRule.PortRule> read(List<?> entries, String path) {
    List<TrafficRule.PortRule> rules = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      String at = Reading.at(path, i);
      reading
          .object(entries.get(i), at, "write ports: [{port: \"8080\", protocol: TCP}]")
          .ifPresent(entry -> entry(entry, at, rules));
    }
    return rules;
  }

  private void entry(Map<String, Object> entry, String path, List<TrafficRule.PortRule> rules) {
    ENTRY.check(entry, path, reading);
    String at = Reading.at(path, "ports");
    if (entry.get("ports") == null) {
      reading.refuse(
          "missing-field",
          at,
          "ports is missing: list the ports, or leave toPorts out to mean every port");
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
      reading.refuse(
          "bad-value",
          at,
          "ports is empty: list the ports, or leave toPorts out to mean every port");
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
          .flatMap(port -> port(port, portAt))
          .ifPresent(rules::add);
    }
  }

  private Optional<TrafficRule.PortRule> port(Map<String, Object> object, String path) {
    PORT.check(object, path, reading);
    Optional<Integer> first = first(object, path);
    Optional<PortProtocol> protocol = protocol(object, path);
    Optional<Integer> last = last(object, path, first.orElse(-1));
    if (first.isEmpty() || protocol.isEmpty() || last.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TrafficRule.PortRule(
            path,
            protocol.get(),
            new TrafficRule.Ports.Range(first.get(), last.get()),
            L7Rules.NONE));
  }

  private Optional<Integer> first(Map<String, Object> object, String path) {
    String at = Reading.at(path, "port");
    if (object.get("port") == null || "".equals(object.get("port"))) {
      reading.refuse(
          "missing-field", at, "port is missing: write port: \"8080\", or \"0\" for every port");
      return Optional.empty();
    }
    Optional<String> text = reading.string(object, "port", path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (DIGITS.matcher(text.get()).matches() && Integer.parseInt(text.get()) <= LAST_PORT) {
      return Optional.of(Integer.parseInt(text.get()));
    }
    if (SERVICE_NAME.matcher(text.get()).matches()) {
      reading.refuse(
          "unsupported-field",
          at,
          "named port " + text.get() + " is not supported by this version: write its number");
    } else {
      reading.refuse(
          "bad-value", at, "\"" + text.get() + "\" is no port: write a number from 0 to 65535");
    }
    return Optional.empty();
  }

  /** The last port of the range; the first one when there is no endPort, all for port 0. */
  private Optional<Integer> last(Map<String, Object> object, String path, int first) {
    Object value = object.get("endPort");
    String at = Reading.at(path, "endPort");
    if (value == null || Long.valueOf(0).equals(value) || Integer.valueOf(0).equals(value)) {
      return Optional.of(first == 0 ? LAST_PORT : first);
    }
    if (!(value instanceof Long || value instanceof Integer)) {
      reading.wrongType(at, "a number", value, "write endPort: 8090 without quotes");
      return Optional.empty();
    }
    long last = ((Number) value).longValue();
    if (last < 0 || last > LAST_PORT) {
      reading.refuse("bad-value", at, last + " is no port: write a number from 1 to 65535");
    } else if (first == 0) {
      reading.refuse(
          "bad-value", at, "port \"0\" is every port and takes no endPort: write a first port");
    } else if (last < first) {
      reading.refuse(
          "bad-value", at, "endPort " + last + " is below port " + first + ": swap the two");
    } else {
      return Optional.of((int) last);
    }
    return Optional.empty();
  }

  private Optional<PortProtocol> protocol(Map<String, Object> object, String path) {
    if (object.get("protocol") == null || "".equals(object.get("protocol"))) {
      return Optional.of(PortProtocol.ANY);
    }
    Optional<String> text = reading.string(object, "protocol", path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<PortProtocol> protocol =
        Arrays.stream(PortProtocol.values())
            .filter(PortProtocol::hasPorts)
            .filter(p -> p.name().equals(text.get()))
            .findFirst();
    if (protocol.isEmpty()) {
      String upper = text.get().toUpperCase(java.util.Locale.ROOT);
      boolean later = LATER_PROTOCOLS.contains(upper);
      boolean lower = Arrays.stream(PortProtocol.values()).anyMatch(p -> p.name().equals(upper));
      reading.refuse(
          later ? "unsupported-field" : "bad-value",
          Reading.at(path, "protocol"),
          later
              ? "protocol " + text.get() + " is not supported by this version: take it out"
              : lower
                  ? "protocols are written in capitals: write " + upper
                  : "unknown protocol " + text.get() + ": write TCP, UDP, SCTP or ANY");
    }
    return protocol;
  }
}
