package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.DnsQuestion;
import dev.sluice.core.dns.Lesson;
import dev.sluice.node.proxy.socket.Peer;
import java.util.List;

/**
 * A question or an answer that passed the proxy, or did not.
 *
 * @param question null when it could not be read
 * @param lesson of an answer; null of a question
 * @param rcode of an answer
 * @param types of the answer's records
 * @param latencyNanos from the question to the answer
 */
public record DnsSeen(
    Peer client,
    Peer server,
    int protocol,
    FlowRules rules,
    DnsQuestion question,
    Outcome outcome,
    Lesson lesson,
    int rcode,
    List<Integer> types,
    long latencyNanos) {
  /** What became of it. */
  public enum Outcome {
    /** A question went to the server. */
    ASKED,
    /** A question was refused by policy. */
    REFUSED,
    /** A message made no sense. */
    MALFORMED,
    /** An answer went to the pod. */
    ANSWERED,
    /** Its addresses did not become usable in time. */
    HELD_TOO_LONG,
    /** The node's maps have no room for its addresses. */
    NO_ROOM,
    /** It could not be written down for this process's successor. */
    NOT_KEPT;

    /** Whether a pod got a failure where the server had an answer. */
    boolean isFailure() {
      return this == HELD_TOO_LONG || this == NO_ROOM || this == NOT_KEPT;
    }
  }
}
