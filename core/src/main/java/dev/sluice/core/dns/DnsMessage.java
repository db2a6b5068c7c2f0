package dev.sluice.core.dns;

import java.util.List;

/**
 * A message as far as it was read: header, the one question, the answer section. Authority and
 * additional records are not looked at: nothing is ever learned from them.
 *
 * @param id as on the wire
 * @param flags the second 16 bits of the header
 * @param question what is or was asked; null only in a response that repeats none
 * @param questionEnd offset of the byte after the question
 */
public record DnsMessage(
    int id, int flags, DnsQuestion question, int questionEnd, List<DnsRecord> answers) {
  public static final int HEADER_BYTES = 12;

  /** The largest message: a TCP length is 16 bits. */
  public static final int MAX_BYTES = 65_535;

  static final int RESPONSE = 0x8000;
  static final int TRUNCATED = 0x0200;

  public boolean isResponse() {
    return (flags & RESPONSE) != 0;
  }

  /** 0: a standard query. */
  public int opcode() {
    return flags >>> 11 & 15;
  }

  public boolean isTruncated() {
    return (flags & TRUNCATED) != 0;
  }

  /** The response code of the header, without its extension by EDNS. */
  public int rcode() {
    return flags & 15;
  }

  /**
   * Reads a query: a standard one with exactly one question and no answers.
   *
   * @throws MalformedDnsException when it is anything else
   */
  public static DnsMessage query(byte[] bytes, int length) throws MalformedDnsException {
    DnsReader reader = new DnsReader(bytes, length);
    DnsMessage message = reader.message();
    if (message.isResponse()) {
      throw new MalformedDnsException("a response where a query should be");
    }
    if (message.opcode() != 0) {
      throw new MalformedDnsException("operation " + message.opcode() + " is no standard query");
    }
    if (message.question() == null || !message.answers().isEmpty()) {
      throw new MalformedDnsException("a query has one question and no answer");
    }
    reader.rest();
    return message;
  }

  /**
   * Reads a response.
   *
   * @throws MalformedDnsException when the header, the question or the answer section is damaged
   */
  public static DnsMessage response(byte[] bytes, int length) throws MalformedDnsException {
    DnsMessage message = new DnsReader(bytes, length).message();
    if (!message.isResponse()) {
      throw new MalformedDnsException("a query where a response should be");
    }
    return message;
  }
}
