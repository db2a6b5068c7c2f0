package dev.sluice.core.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one port of a Cilium rule: a number, a range or a name, and its protocol. */
final class PortNumberReader {
  /** A port without its path and its rules of layer 7. */
  record Port(PortProtocol protocol, TrafficRule.Ports ports) {}

  private static final int LAST_PORT = 65535;
  private static final int LONGEST_NAME = 15;
  private static final FieldTable PORT = FieldTable.of("port", "endPort", "protocol");
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
  private static final List<String> OTHER_PROTOCOLS =
      List.of("VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH");

  private final Reading reading;

  PortNumberReader(Reading reading) {
    this.reading = reading;
  }

  Optional<Port> read(Map<String, Object> object, String path) {
    boolean known = PORT.check(object, path, reading);
    Optional<PortProtocol> protocol = protocol(object, path);
    Optional<String> text =
        reading.required(
            object, "port", path, known, "write port: \"8080\", or \"0\" for every port");
    Optional<TrafficRule.Ports> ports = text.flatMap(port -> ports(port, object, path));
    return protocol.isEmpty() || ports.isEmpty()
        ? Optional.empty()
        : Optional.of(new Port(protocol.get(), ports.get()));
  }

  private Optional<TrafficRule.Ports> ports(String port, Map<String, Object> object, String path) {
    String at = Reading.at(path, "port");
    if (isServiceName(port)) {
      return named(port, object, path);
    }
    if (!DIGITS.matcher(port).matches() || Integer.parseInt(port) > LAST_PORT) {
      reading.refuse(
          "bad-value",
          at,
          "\""
              + port
              + "\" is no port: write a number from 0 to 65535, or a name of at most 15 letters,"
              + " digits and '-'");
      return Optional.empty();
    }
    int first = Integer.parseInt(port);
    if (!port.equals(Integer.toString(first))) {
      reading.refuse(
          "bad-value",
          at,
          "\"" + port + "\" may be read as an octal number: write \"" + first + "\"");
      return Optional.empty();
    }
    return last(object, path, first).map(last -> new TrafficRule.Ports.Range(first, last));
  }

  private Optional<TrafficRule.Ports> named(String name, Map<String, Object> object, String path) {
    if (hasEnd(object)) {
      reading.refuse(
          "conflict",
          Reading.at(path, "endPort"),
          "a named port begins no range: write the number of the first port, or take endPort out");
      return Optional.empty();
    }
    return Optional.of(new TrafficRule.Ports.Named(name.toLowerCase(Locale.ROOT)));
  }

  /** RFC 6335, 5.1: a letter at least, no two hyphens together, none at the ends. */
  static boolean isServiceName(String text) {
    return text.length() <= LONGEST_NAME
        && text.chars().anyMatch(letter -> Character.isLetter(letter))
        && text.matches("[A-Za-z0-9]+(-[A-Za-z0-9]+)*");
  }

  private static boolean hasEnd(Map<String, Object> object) {
    Object value = object.get("endPort");
    return value != null && !Long.valueOf(0).equals(value) && !Integer.valueOf(0).equals(value);
  }

  /** The last port of the range; the first one when there is no endPort, all for port 0. */
  private Optional<Integer> last(Map<String, Object> object, String path, int first) {
    if (!hasEnd(object)) {
      return Optional.of(first == 0 ? LAST_PORT : first);
    }
    String at = Reading.at(path, "endPort");
    Optional<Integer> number = reading.number(object, "endPort", path, 1, LAST_PORT);
    if (number.isEmpty()) {
      return number;
    }
    int last = number.get();
    if (first == 0) {
      reading.refuse(
          "bad-value", at, "port \"0\" is every port and takes no endPort: write a first port");
    } else if (last < first) {
      reading.refuse(
          "bad-value", at, "endPort " + last + " is below port " + first + ": swap the two");
    } else {
      return number;
    }
    return Optional.empty();
  }

  private Optional<PortProtocol> protocol(Map<String, Object> object, String path) {
    if (object.get("protocol") == null || object.get("protocol").equals("")) {
      return Optional.of(PortProtocol.ANY);
    }
    Optional<String> text = reading.string(object, "protocol", path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<PortProtocol> protocol = withPorts(text.get());
    if (protocol.isEmpty()) {
      String upper = text.get().toUpperCase(Locale.ROOT);
      reading.refuse(
          OTHER_PROTOCOLS.contains(upper) ? "unsupported-field" : "bad-value",
          Reading.at(path, "protocol"),
          wrong(text.get(), upper));
    }
    return protocol;
  }

  private static Optional<PortProtocol> withPorts(String text) {
    return Arrays.stream(PortProtocol.values())
        .filter(PortProtocol::hasPorts)
        .filter(protocol -> protocol.name().equals(text))
        .findFirst();
  }

  private static String wrong(String text, String upper) {
    if (OTHER_PROTOCOLS.contains(upper)) {
      return "protocol "
          + text
          + " has no ports and no rule selects it: take it out, it passes only where the policy"
          + " names no ports";
    }
    if (upper.startsWith("ICMP")) {
      return text + " has no ports: write icmps: [{fields: [{type: EchoRequest}]}]";
    }
    return withPorts(upper).isPresent()
        ? "protocols are written in capitals: write " + upper
        : "unknown protocol " + text + ": write TCP, UDP, SCTP or ANY";
  }
}
