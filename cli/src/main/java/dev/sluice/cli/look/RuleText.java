package dev.sluice.cli.look;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.schemas.CompiledRule;
import dev.sluice.schemas.RuleVerdict;
import java.util.Locale;

/** Rules, ports and identities in the words that people read. */
final class RuleText {
  private RuleText() {}

  /** {@code allow 3f2a… 8080/TCP}; selector {@code *} is any peer. */
  static String rule(CompiledRule rule) {
    String peer = rule.getSelector().isEmpty() ? "*" : rule.getSelector();
    String port =
        rule.getPortName().isEmpty()
            ? port(rule.getProtocol(), rule.getPortFirst(), rule.getPortLast())
            : rule.getPortName() + "/" + protocol(rule.getProtocol());
    return (rule.getAudited() ? "audit " : "")
        + verdict(rule.getVerdict())
        + " "
        + peer
        + " "
        + port;
  }

  private static String verdict(RuleVerdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  /** {@code 8080/TCP}, {@code 8000-8099/UDP}, a star for every port, {@code ANY}. */
  static String port(int protocol, int first, int last) {
    if (protocol == 0) {
      return "ANY";
    }
    String port =
        first == 0 && last == 65535 ? "*" : first == last ? "" + first : first + "-" + last;
    return port + "/" + protocol(protocol);
  }

  static String protocol(int number) {
    return switch (number) {
      case 0 -> "ANY";
      case 1 -> "ICMP";
      case 6 -> "TCP";
      case 17 -> "UDP";
      case 58 -> "ICMPv6";
      case 132 -> "SCTP";
      default -> Integer.toString(number);
    };
  }

  /** A reserved identity by its word, another by its number. */
  static String identity(int number) {
    return ReservedIdentity.of(number).map(ReservedIdentity::text).orElse(Integer.toString(number));
  }
}
