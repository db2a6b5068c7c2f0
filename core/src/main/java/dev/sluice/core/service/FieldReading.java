package dev.sluice.core.service;

import dev.sluice.core.cluster.Literals;
import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.List;
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
      refuse(
          path + "." + field,
          "a port from 1 to 65535 is wanted, not '%s'".formatted(body.text(field)));
      return 0;
    }
    return port;
  }
}
