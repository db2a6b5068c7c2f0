package dev.sluice.node.flow;

import dev.sluice.node.kernel.KernelEvent;

/** Types of ICMP in events. Stateless. */
final class IcmpTypes {
  private static final int ICMP = 1;
  private static final int ECHO = 8;
  private static final int ECHO6 = 128;

  private IcmpTypes() {}

  /**
   * The start and the end of a connection tell no type; what opens a connection of ICMP is an echo
   * request.
   */
  static int of(KernelEvent event) {
    boolean packet =
        event.type() != KernelEvent.Type.CONNECTION_START
            && event.type() != KernelEvent.Type.CONNECTION_END;
    if (packet || event.icmpType() != 0) {
      return event.icmpType();
    }
    return event.protocol() == ICMP ? ECHO : ECHO6;
  }
}
