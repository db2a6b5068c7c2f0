package dev.sluice.core.oracle;

/** Flows as people write them. */
final class FlowText {
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;

  private FlowText() {}

  /** {@code from pod shop/web on 8080/TCP}: what a rule would have to allow. */
  static String needed(Ruling.Case theCase) {
    String way = theCase.direction() == Ruling.Direction.INGRESS ? "from " : "to ";
    return way
        + theCase.peer().name()
        + " on "
        + port(theCase.flow().protocol(), theCase.flow().port());
  }

  /** {@code 8080/TCP}, {@code ICMP type 8}, {@code protocol 47}. */
  static String port(int protocol, int port) {
    return switch (protocol) {
      case 6 -> port + "/TCP";
      case 17 -> port + "/UDP";
      case 132 -> port + "/SCTP";
      case ICMP -> "ICMP type " + port;
      case ICMPV6 -> "ICMPv6 type " + port;
      default -> "protocol " + protocol;
    };
  }
}
