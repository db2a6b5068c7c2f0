package dev.sluice.core.desired;

/**
 * What types of ICMP have to do with each other; as {@code slc_icmp_asked} in the dataplane has it.
 * Stateless.
 */
public final class IcmpType {
  private static final int V4 = 1;
  private static final int V6 = 58;

  private IcmpType() {}

  public static boolean isProtocol(int protocol) {
    return protocol == V4 || protocol == V6;
  }

  /** Of a message that answers another, the type of the other; of every other message its own. */
  public static int asked(int protocol, int type) {
    return switch (protocol) {
      case V4 ->
          switch (type) {
            case 0 -> 8; // echo
            case 14, 16, 18, 43 -> type - 1; // timestamp, information, address mask, extended echo
            default -> type;
          };
      case V6 ->
          switch (type) {
            // echo, node information, home agents, mobile prefixes, extended echo
            case 129, 140, 145, 147, 161 -> type - 1;
            default -> type;
          };
      default -> type;
    };
  }

  /**
   * Whether a message tells what became of a packet: policies are asked about that packet's
   * connection, and never about the message.
   */
  public static boolean isError(int protocol, int type) {
    return switch (protocol) {
      case V4 -> type == 3 || type == 11 || type == 12;
      case V6 -> type >= 1 && type <= 4;
      default -> false;
    };
  }
}
