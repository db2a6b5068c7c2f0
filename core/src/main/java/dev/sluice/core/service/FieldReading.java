package dev.sluice.core.service;

import dev.sluice.core.cluster.Literals;
import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads fields of one object and notes what is wrong with them. For one thread. */
final class FieldReading {
  private static final int MOST_PORT = 65_535;

  private final List<Finding> findings = new ArrayList<>();

  List<Finding> findings() {
    return List.copyOf(findings);
  }

  void refuse(String path, String message) {
    findings.add(new Finding(Finding.Severity.REFUSED, "invalid-value", path, message));
  }

  Optional<IpAddress> address(String text, String path) {
    Optional<IpAddress> address = Literals.address(text);
    if (address.isEmpty()) {
      refuse(
          path, "'%s' is not an IP address: write one like 10.96.0.10 or fd00::a".formatted(text));
    }
    return address;
  }

  Optional<Prefix> prefix(String text, String path) {
    Optional<Prefix> prefix = Literals.prefix(text.strip());
    if (prefix.isEmpty()) {
      refuse(path, "'%s' is not a prefix: write one like 10.0.0.0/8".formatted(text));
    }
    return prefix;
  }

  Optional<L4> protocol(ObjectBody port, String path) {
    Optional<L4> protocol = L4.named(port.text("protocol"));
    if (protocol.isEmpty()) {
      refuse(
          path + ".protocol",
          "'%s' is not a protocol of Services: write TCP, UDP or SCTP"
              .formatted(port.text("protocol")));
    }
    return protocol;
  }

  /** A port from 1 to 65535; 0 when it is none, which is noted. */
  int port(ObjectBody body, String field, String path) {
    int port = body.number(field);
    if (port < 1 || port > MOST_PORT) {
      refuse(path + "." + field, shown(body, field) + " is no port: write one from 1 to 65535");
      return 0;
    }
    return port;
  }

  /** As {@link #port}, where 0 or nothing means that none is chosen. */
  int portOrNone(ObjectBody body, String field, String path) {
    String text = body.text(field);
    return isAbsent(body, field) || text.equals("0") ? 0 : port(body, field, path);
  }

  /** A whole number in a range; {@code absent} when nothing is there. */
  int number(ObjectBody body, String field, String path, int least, int most, int absent) {
    if (isAbsent(body, field)) {
      return absent;
    }
    int number = body.number(field);
    if (number < least || number > most) {
      refuse(
          path + "." + field,
          "%s is out of range: write a number from %d to %d"
              .formatted(shown(body, field), least, most));
      return absent;
    }
    return number;
  }

  /** One of a few words; the first when nothing is there or what is there is none of them. */
  String word(ObjectBody body, String field, String path, String... allowed) {
    String text = body.text(field);
    if (isAbsent(body, field) || "".equals(body.fields().get(field))) {
      return allowed[0];
    }
    if (Arrays.asList(allowed).contains(text)) {
      return text;
    }
    String all = String.join(", ", Arrays.copyOf(allowed, allowed.length - 1));
    refuse(
        path + "." + field,
        "%s is not known: write %s or %s"
            .formatted(shown(body, field), all, allowed[allowed.length - 1]));
    return allowed[0];
  }

  private static boolean isAbsent(ObjectBody body, String field) {
    return body.fields().get(field) == null;
  }

  private static String shown(ObjectBody body, String field) {
    String text = body.text(field);
    return switch (body.fields().get(field)) {
      case null -> "nothing";
      case Map<?, ?> unused -> "an object";
      case List<?> unused -> "a list";
      default -> "'" + text + "'";
    };
  }
}
