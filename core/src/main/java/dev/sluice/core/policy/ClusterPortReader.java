package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code protocols} of a ClusterNetworkPolicy's rule. */
final class ClusterPortReader {
  private static final List<String> KINDS = List.of("tcp", "udp", "sctp", "destinationNamedPort");
  private static final FieldTable PROTOCOL =
      FieldTable.of("tcp", "udp", "sctp", "destinationNamedPort");
  private static final FieldTable TRANSPORT = FieldTable.of("destinationPort");
  private static final FieldTable PORT = FieldTable.of("number", "range");
  private static final FieldTable RANGE = FieldTable.of("start", "end");
  private static final int LAST_PORT = 65535;
  private static final int MOST = 25;
  private static final String WRITE = "write {tcp: {destinationPort: {number: 8080}}}";
  private static final String WRITE_PORT =
      "write {number: 8080}, or {range: {start: 1, end: 65535}} for every port";

  private final Reading reading;

  ClusterPortReader(Reading reading) {
    this.reading = reading;
  }

  /** Whether a rule has a port by name. */
  static boolean namesPort(Map<String, Object> rule) {
    return rule.get("protocols") instanceof List<?> list
        && list.stream()
            .anyMatch(one -> one instanceof Map<?, ?> m && m.get("destinationNamedPort") != null);
  }

  /** Empty when the rule is for every protocol and port. */
  List<TrafficRule.PortRule> read(Map<String, Object> rule, String path) {
    Optional<List<?>> list = reading.list(rule, "protocols", path, "write - " + WRITE.substring(6));
    if (list.isEmpty()) {
      return List.of();
    }
    String at = Reading.at(path, "protocols");
    if (list.get().isEmpty() || list.get().size() > MOST) {
      reading.refuse(
          "bad-value",
          at,
          list.get().isEmpty()
              ? "protocols is empty: list at least one, or leave it out to mean all"
              : "at most "
                  + MOST
                  + " entries stand in one list and here are "
                  + list.get().size()
                  + ": write another rule");
    }
    List<TrafficRule.PortRule> rules = new ArrayList<>();
    for (int i = 0; i < list.get().size(); i++) {
      String entryAt = Reading.at(at, i);
      reading
          .object(list.get().get(i), entryAt, WRITE)
          .flatMap(entry -> entry(entry, entryAt))
          .ifPresent(rules::add);
    }
    return List.copyOf(rules);
  }

  private Optional<TrafficRule.PortRule> entry(Map<String, Object> entry, String path) {
    boolean known = PROTOCOL.check(entry, path, reading);
    List<String> given = KINDS.stream().filter(kind -> entry.get(kind) != null).toList();
    if (given.size() != 1) {
      if (!given.isEmpty() || known) {
        reading.refuse(
            given.isEmpty() ? "missing-field" : "conflict",
            given.isEmpty() ? path : Reading.at(path, given.get(1)),
            given.isEmpty()
                ? "no protocol is given: " + WRITE
                : String.join(" and ", given) + " cannot stand together: write one entry for each");
      }
      return Optional.empty();
    }
    String kind = given.getFirst();
    return kind.equals("destinationNamedPort")
        ? named(entry, path)
        : transport(
            entry.get(kind),
            PortProtocol.valueOf(kind.toUpperCase(Locale.ROOT)),
            Reading.at(path, kind),
            path);
  }

  private Optional<TrafficRule.PortRule> named(Map<String, Object> entry, String path) {
    Optional<String> name = reading.string(entry, "destinationNamedPort", path);
    if (name.isPresent()
        && (!PortNumberReader.isServiceName(name.get())
            || !name.get().equals(name.get().toLowerCase(Locale.ROOT)))) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "destinationNamedPort"),
          "\""
              + name.get()
              + "\" is no name of a port: write at most 15 lower case letters, digits and '-'");
      return Optional.empty();
    }
    return name.map(
        text ->
            new TrafficRule.PortRule(
                path, PortProtocol.ANY, new TrafficRule.Ports.Named(text), L7Rules.NONE));
  }

  private Optional<TrafficRule.PortRule> transport(
      Object value, PortProtocol protocol, String at, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, at, "write {destinationPort: {number: 8080}}");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = TRANSPORT.check(object.get(), at, reading);
    String portAt = Reading.at(at, "destinationPort");
    if (object.get().get("destinationPort") == null) {
      if (known) {
        reading.refuse("missing-field", portAt, "destinationPort is missing: " + WRITE_PORT);
      }
      return Optional.empty();
    }
    return reading
        .object(object.get().get("destinationPort"), portAt, WRITE_PORT)
        .flatMap(port -> port(port, portAt))
        .map(ports -> new TrafficRule.PortRule(path, protocol, ports, L7Rules.NONE));
  }

  private Optional<TrafficRule.Ports> port(Map<String, Object> port, String path) {
    boolean known = PORT.check(port, path, reading);
    boolean number = port.get("number") != null;
    boolean range = port.get("range") != null;
    if (number && range) {
      reading.refuse(
          "conflict",
          Reading.at(path, "range"),
          "number and range cannot stand together: write one entry for each");
      return Optional.empty();
    }
    if (range) {
      return range(port.get("range"), Reading.at(path, "range"));
    }
    if (!number && known) {
      reading.refuse("missing-field", path, "no port is given: " + WRITE_PORT);
    }
    return reading
        .number(port, "number", path, 1, LAST_PORT)
        .map(one -> new TrafficRule.Ports.Range(one, one));
  }

  private Optional<TrafficRule.Ports> range(Object value, String path) {
    Optional<Map<String, Object>> object =
        reading.object(value, path, "write {start: 8000, end: 8999}");
    if (object.isEmpty()) {
      return Optional.empty();
    }
    boolean known = RANGE.check(object.get(), path, reading);
    for (String field : List.of("start", "end")) {
      if (known && object.get().get(field) == null) {
        reading.refuse(
            "missing-field",
            Reading.at(path, field),
            field + " is missing: write {start: 8000, end: 8999}");
      }
    }
    Optional<Integer> start = reading.number(object.get(), "start", path, 1, LAST_PORT);
    Optional<Integer> end = reading.number(object.get(), "end", path, 1, LAST_PORT);
    if (start.isEmpty() || end.isEmpty()) {
      return Optional.empty();
    }
    if (start.get() >= end.get()) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "end"),
          "end "
              + end.get()
              + " is not above start "
              + start.get()
              + ": swap the two, or write number for one port");
      return Optional.empty();
    }
    return Optional.of(new TrafficRule.Ports.Range(start.get(), end.get()));
  }
}
