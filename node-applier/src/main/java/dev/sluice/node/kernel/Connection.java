package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;

/**
 * An entry of the connection table.
 *
 * @param source who opened it
 * @param sourceEndpoint local endpoint whose egress was judged, else 0
 * @param destinationEndpoint local endpoint whose ingress was judged, else 0
 * @param expiresSeconds until it may be reused, from now; 0 when it is over
 */
public record Connection(
    IpAddress source,
    int sourcePort,
    IpAddress destination,
    int destinationPort,
    int protocol,
    State state,
    int sourceIdentity,
    int destinationIdentity,
    int sourceEndpoint,
    int destinationEndpoint,
    long packets,
    long bytes,
    long replyPackets,
    long replyBytes,
    long expiresSeconds) {
  /** How far a connection is. */
  public enum State {
    /** No reply seen. */
    NEW,
    ESTABLISHED,
    /** One side has sent FIN. */
    CLOSING,
    CLOSED
  }
}
