package dev.sluice.node.kernel;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;

/**
 * Something that a program reported. Of a connection, source and destination are those of the
 * packet that opened it; of a drop, a verdict or a trace, those of the packet.
 *
 * @param timeNanos {@code CLOCK_MONOTONIC}, as {@link System#nanoTime()} on Linux
 * @param startedNanos of an end: when the connection started, same clock
 * @param interfaceIndex where the program runs
 * @param endpoint the endpoint whose policy was judged, 0 when none was
 * @param otherEndpoint the other local endpoint when one pass judged both, else 0
 * @param direction seen from {@code endpoint}
 * @param reason drop reason with Cilium's number, 0 for what was not dropped
 * @param sourcePort of ICMP: the identifier of a question, else 0
 * @param tcpFlags as in the TCP header; 0 for other protocols
 * @param cookie numbers the rules that decided for {@code endpoint}; 0: none enforced
 * @param otherCookie the same for {@code otherEndpoint}
 * @param count of a drop: how many packets this event stands for, else 1
 * @param length of the packet in bytes; of an end 0
 * @param packets of an end: from the opener; bytes likewise, replies the other way
 * @param reply whether the packet went against its connection's direction
 * @param service id of the Service's frontend that the opener dialled; 0: it dialled the address
 *     itself
 * @param icmpType of an ICMP packet; of a start or an end, of what opened the connection; 0 for
 *     other protocols
 * @param icmpCode of an ICMP packet; 0 for everything else
 */
public record KernelEvent(
    Type type,
    long timeNanos,
    long startedNanos,
    int interfaceIndex,
    int endpoint,
    int otherEndpoint,
    Direction direction,
    int reason,
    IpAddress source,
    int sourcePort,
    IpAddress destination,
    int destinationPort,
    int protocol,
    int tcpFlags,
    int sourceIdentity,
    int destinationIdentity,
    int cookie,
    int otherCookie,
    long count,
    int length,
    long packets,
    long bytes,
    long replyPackets,
    long replyBytes,
    boolean reply,
    int service,
    int icmpType,
    int icmpCode) {
  /** In the order of {@code enum slc_event_type}, from 1. */
  public enum Type {
    CONNECTION_START,
    CONNECTION_END,
    DROP,
    /** A packet passed; only while the monitor is on. */
    TRACE,
    /** A policy was asked; only while the monitor is on. */
    POLICY_VERDICT;

    static final java.util.List<Type> ALL = java.util.List.of(values());
  }
}
