package dev.sluice.cli.ask;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.policy.PortProtocol;

/** The ports of a rule in the words that people read. */
final class PortText {
  private static final int LAST_PORT = 65535;

  private PortText() {}

  /** {@code 8080/TCP}, {@code 8000-8099/UDP}, {@code any port/TCP}, {@code any port}. */
  static String of(CompiledRule rule) {
    boolean every = rule.portFirst() == 0 && rule.portLast() == LAST_PORT;
    String ports =
        every
            ? "any port"
            : rule.portFirst() == rule.portLast()
                ? "" + rule.portFirst()
                : rule.portFirst() + "-" + rule.portLast();
    if (rule.protocol() == 0) {
      return ports;
    }
    for (PortProtocol protocol : PortProtocol.values()) {
      if (protocol != PortProtocol.ANY && protocol.numbers().contains(rule.protocol())) {
        return ports + "/" + protocol;
      }
    }
    return ports + "/" + rule.protocol();
  }
}
