package dev.sluice.core.dns;

import java.util.Arrays;
import java.util.Optional;

/**
 * A question that was let through, and whether a message answers it: from the server that was asked
 * (the socket sees to that), with the id that was sent, with the same question. What a client sent
 * goes on byte for byte, and so does what a server answers, but for the id: towards the server it
 * is one that the client did not choose.
 *
 * @param clientId what the client must see again
 * @param serverId what the server saw
 * @param query the client's bytes
 */
public record Exchange(int clientId, int serverId, DnsQuestion question, byte[] query) {
  public static final int FORMERR = 1;
  public static final int SERVFAIL = 2;
  public static final int NXDOMAIN = 3;
  public static final int REFUSED = 5;

  private static final int RECURSION_DESIRED = 0x0100;
  private static final int RECURSION_AVAILABLE = 0x0080;

  /** The client's query with the id for the server. */
  public byte[] toServer() {
    return withId(query, serverId);
  }

  /** The server's response with the client's id. */
  public byte[] toClient(byte[] response) {
    return withId(response, clientId);
  }

  /**
   * Whether a response is to this question.
   *
   * @return why it is not; empty when it is
   */
  public Optional<String> mismatch(DnsMessage response) {
    if (response.id() != serverId) {
      return Optional.of("id");
    }
    if (response.opcode() != 0) {
      return Optional.of("operation");
    }
    // Servers that understood nothing repeat no question; there is nothing to learn from them.
    boolean bare = response.question() == null && response.answers().isEmpty();
    if (!bare && !question.equals(response.question())) {
      return Optional.of("question");
    }
    return Optional.empty();
  }

  /** A response of our own: the query's header and question, a code, no records. */
  public static byte[] reply(DnsMessage query, byte[] bytes, int rcode) {
    byte[] reply = Arrays.copyOf(bytes, query.questionEnd());
    int flags =
        DnsMessage.RESPONSE
            | query.flags() & (0x7800 | RECURSION_DESIRED)
            | RECURSION_AVAILABLE
            | rcode;
    put(reply, 2, flags);
    put(reply, 4, query.question() == null ? 0 : 1);
    put(reply, 6, 0);
    put(reply, 8, 0);
    put(reply, 10, 0);
    return reply;
  }

  /** The reply to what could not be read, if it at least has an id and is no response itself. */
  public static Optional<byte[]> formatError(byte[] bytes, int length) {
    if (length < DnsMessage.HEADER_BYTES || (bytes[2] & 0x80) != 0) {
      return Optional.empty();
    }
    byte[] reply = Arrays.copyOf(bytes, DnsMessage.HEADER_BYTES);
    put(reply, 2, DnsMessage.RESPONSE | FORMERR);
    Arrays.fill(reply, 4, DnsMessage.HEADER_BYTES, (byte) 0);
    return Optional.of(reply);
  }

  private static byte[] withId(byte[] message, int id) {
    byte[] copy = message.clone();
    put(copy, 0, id);
    return copy;
  }

  private static void put(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }
}
