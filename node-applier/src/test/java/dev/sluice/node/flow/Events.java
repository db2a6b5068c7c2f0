package dev.sluice.node.flow;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.kernel.KernelEvent;

/** Events of the kernel for tests: 10.0.1.10 speaks TCP to 10.0.1.11:8080. */
public final class Events {
  static final IpAddress CLIENT = IpAddress.parse("10.0.1.10");
  static final IpAddress SERVER = IpAddress.parse("10.0.1.11");

  private Events() {}

  /** Judged for both ends in one pass: the server's ingress, and the client's egress. */
  public static KernelEvent start(int cookie, int otherCookie) {
    return event(KernelEvent.Type.CONNECTION_START, 1_000, 41_000, 0, cookie, otherCookie, 1);
  }

  static KernelEvent end() {
    return event(KernelEvent.Type.CONNECTION_END, 9_000, 41_000, 0, 0, 0, 1);
  }

  static KernelEvent drop(long timeNanos, int sourcePort, int reason, int cookie) {
    return event(KernelEvent.Type.DROP, timeNanos, sourcePort, reason, cookie, 0, 1);
  }

  /**
   * A packet of ICMP from the client to the server that default deny drops.
   *
   * @param reply whether it goes against its connection, so that the client's ingress was asked
   */
  static KernelEvent icmpDrop(int protocol, int type, boolean reply, int cookie) {
    return new KernelEvent(
        KernelEvent.Type.DROP,
        1_000,
        0,
        12,
        2,
        0,
        Direction.INGRESS,
        133,
        CLIENT,
        0,
        SERVER,
        0,
        protocol,
        0,
        256,
        257,
        cookie,
        0,
        1,
        74,
        0,
        0,
        0,
        0,
        reply,
        0,
        type,
        0);
  }

  private static KernelEvent event(
      KernelEvent.Type type,
      long timeNanos,
      int sourcePort,
      int reason,
      int cookie,
      int otherCookie,
      long count) {
    boolean end = type == KernelEvent.Type.CONNECTION_END;
    return new KernelEvent(
        type,
        timeNanos,
        end ? 1_000 : 0,
        12,
        2,
        type == KernelEvent.Type.DROP ? 0 : 1,
        Direction.INGRESS,
        reason,
        CLIENT,
        sourcePort,
        SERVER,
        8080,
        6,
        2,
        256,
        257,
        cookie,
        otherCookie,
        count,
        74,
        end ? 5 : 0,
        end ? 500 : 0,
        end ? 4 : 0,
        end ? 400 : 0,
        false,
        0,
        0,
        0);
  }
}
