package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code ports} of a NetworkPolicy's rule. A port is a number or a name, never both. */
final class NetworkPolicyPortReader {
  private static final FieldTable PORT = FieldTable.of("protocol", "port", "endPort");
  private static final int LAST_PORT = 65535;

  private final Reading reading;

  NetworkPolicyPortReader(Reading reading) {
    this.reading = reading;
  }

  /** Empty when the rule is for every port. */
  List<TrafficRule.PortRule> read(Map<String, Object> rule, String path) {
    List<?> list =
        reading
            .list(rule, "ports", path, "write a list: - {protocol: TCP, port: 8080}")
            .orElse(List.of());
    List<TrafficRule.PortRule> rules = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(Reading.at(path, "ports"), i);
      reading
          .object(list.get(i), at, "write {protocol: TCP, port: 8080}")
          .flatMap(port -> port(port, at))
          .ifPresent(rules::add);
    }
    return List.copyOf(rules);
  }

  private Optional<TrafficRule.PortRule> port(Map<String, Object> object, String path) {
    PORT.check(object, path, reading);
    Optional<PortProtocol> protocol = protocol(object, path);
    Optional<TrafficRule.Ports> ports = ports(object, path);
    return protocol.isEmpty() || ports.isEmpty()
        ? Optional.empty()
        : Optional.of(new TrafficRule.PortRule(path, protocol.get(), ports.get(), L7Rules.NONE));
  }

  private Optional<TrafficRule.Ports> ports(Map<String, Object> object, String path) {
    Object port = object.get("port");
    Optional<Integer> last = reading.number(object, "endPort", path, 1, LAST_PORT);
    boolean range = object.get("endPort") != null;
    if (port == null) {
      if (range) {
        reading.refuse(
            "missing-field",
            Reading.at(path, "port"),
            "endPort without port: write the first port of the range");
        return Optional.empty();
      }
      return Optional.of(TrafficRule.Ports.Range.EVERY);
    }
    if (port instanceof String name) {
      return named(name, range, path);
    }
    Optional<Integer> first = reading.number(object, "port", path, 1, LAST_PORT);
    if (first.isEmpty() || range && last.isEmpty()) {
      return Optional.empty();
    }
    if (range && last.get() < first.get()) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "endPort"),
          "endPort " + last.get() + " is below port " + first.get() + ": swap the two");
      return Optional.empty();
    }
    return Optional.of(new TrafficRule.Ports.Range(first.get(), last.orElse(first.get())));
  }

  private Optional<TrafficRule.Ports> named(String name, boolean range, String path) {
    if (range) {
      reading.refuse(
          "conflict",
          Reading.at(path, "endPort"),
          "a named port begins no range: write the number of the first port, or take endPort out");
      return Optional.empty();
    }
    if (!PortNumberReader.isServiceName(name) || !name.equals(name.toLowerCase(Locale.ROOT))) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "port"),
          name.matches("[0-9]{1,5}")
              ? "\"" + name + "\" is a text and would be a name: write port: " + name
              : "\""
                  + name
                  + "\" is no name of a port: write a number, or at most 15 lower case"
                  + " letters, digits and '-'");
      return Optional.empty();
    }
    return Optional.of(new TrafficRule.Ports.Named(name));
  }

  private Optional<PortProtocol> protocol(Map<String, Object> object, String path) {
    if (object.get("protocol") == null) {
      return Optional.of(PortProtocol.TCP);
    }
    Optional<String> text = reading.string(object, "protocol", path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<PortProtocol> protocol = protocol(text.get());
    if (protocol.isEmpty()) {
      reading.refuse(
          "bad-value",
          Reading.at(path, "protocol"),
          protocol(text.get().toUpperCase(Locale.ROOT))
              .map(one -> "protocols are written in capitals: write " + one)
              .orElse("unknown protocol " + text.get() + ": write TCP, UDP or SCTP"));
    }
    return protocol;
  }

  private static Optional<PortProtocol> protocol(String text) {
    return Arrays.stream(PortProtocol.values())
        .filter(one -> one.hasPorts() && one != PortProtocol.ANY)
        .filter(one -> one.name().equals(text))
        .findFirst();
  }
}
