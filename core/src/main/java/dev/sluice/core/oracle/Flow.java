package dev.sluice.core.oracle;

import dev.sluice.core.net.IpAddress;

/**
 * The first packet of a connection, and what is said on it.
 *
 * @param protocol IP protocol number
 * @param port of the destination, after any Service has been translated; for ICMP the type; 0 for
 *     protocols without either
 * @param request what the connection says; null when that is not known
 */
public record Flow(Party from, Party to, int protocol, int port, Request request) {
  /** One end. */
  public sealed interface Party {
    /**
     * A pod of the world.
     *
     * @param name of a pod that the world has
     */
    record Pod(String namespace, String name) implements Party {}

    /** Whoever has the address: a pod, a node, or someone outside the cluster. */
    record Address(IpAddress address) implements Party {}
  }
}
