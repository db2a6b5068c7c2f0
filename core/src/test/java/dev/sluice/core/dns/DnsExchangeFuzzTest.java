package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.core.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer over one question and one answer, as they pass the proxy: the id for the server, the
 * length of the question in two octets, the question, the answer. A test run tries hostile pairs;
 * {@code JAZZER_FUZZ=1 mvn -pl core test -Dtest=DnsExchangeFuzzTest} fuzzes from there.
 */
final class DnsExchangeFuzzTest {
  private static final int ID = 0x1234;

  static Stream<byte[]> hostile() {
    byte[] query = Wire.query(7, "api.stripe.com", 1);
    byte[] honest =
        Wire.response(ID, 2, "api.stripe.com", 1)
            .cname("api.stripe.com", 60, "edge.example")
            .a("edge.example", 60, 203, 0, 113, 10)
            .bytes();
    return Stream.of(
            honest,
            Wire.response(ID + 1, 1, "api.stripe.com", 1)
                .a("api.stripe.com", 5, 1, 2, 3, 4)
                .bytes(),
            Wire.response(ID, 1, "other.com", 1).a("other.com", 5, 1, 2, 3, 4).bytes(),
            Wire.response(ID, 1, "API.stripe.com", 1).a("api.stripe.com", 5, 1, 2, 3, 4).bytes(),
            Wire.response(ID, 1, "api.stripe.com", 28).a("api.stripe.com", 5, 1, 2, 3, 4).bytes(),
            Wire.response(ID, 1, "api.stripe.com", 1).a("evil.com", 5, 1, 2, 3, 4).bytes(),
            Wire.header(ID, 0x8180, 1, 0, 1, 1)
                .question("api.stripe.com", 1)
                .a("api.stripe.com", 5, 1, 2, 3, 4)
                .a("api.stripe.com", 5, 5, 6, 7, 8)
                .bytes(),
            Wire.response(ID, 2, "api.stripe.com", 1)
                .cname("api.stripe.com", 5, "a.example")
                .cname("a.example", 5, "api.stripe.com")
                .bytes(),
            Wire.response(ID, 1, "api.stripe.com", 1)
                .raw("c00c 0005 0001 0000003c 0002 c00c")
                .bytes(),
            Wire.response(ID, 1, "api.stripe.com", 1)
                .raw("c020 0001 0001 0000003c 0004 01")
                .bytes(),
            Wire.header(ID, 0x8380, 1, 9, 0, 0)
                .question("api.stripe.com", 1)
                .raw("c00c 00")
                .bytes(),
            Wire.header(ID, 0x8180, 0, 0, 0, 0).bytes(),
            Arrays.copyOf(honest, honest.length - 3),
            Arrays.copyOf(honest, 65_536))
        .map(answer -> pair(query, answer));
  }

  private static byte[] pair(byte[] query, byte[] answer) {
    return ByteBuffer.allocate(4 + query.length + answer.length)
        .putShort((short) ID)
        .putShort((short) query.length)
        .put(query)
        .put(answer)
        .array();
  }

  @MethodSource("hostile")
  @FuzzTest(maxDuration = "1m")
  void onlyTheAnswerToTheQuestionTeachesAndOnlyItsOwnAddresses(byte[] bytes) {
    if (bytes.length < 4) {
      return;
    }
    int serverId = (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    int length = Math.min((bytes[2] & 0xff) << 8 | bytes[3] & 0xff, bytes.length - 4);
    byte[] asked = Arrays.copyOfRange(bytes, 4, 4 + length);
    byte[] answered = Arrays.copyOfRange(bytes, 4 + length, bytes.length);
    Optional<Exchange> exchange = exchange(asked, serverId);
    if (exchange.isPresent()) {
      answer(exchange.get(), answered);
    }
  }

  private static Optional<Exchange> exchange(byte[] asked, int serverId) {
    try {
      DnsMessage query = DnsMessage.query(asked, asked.length);
      Exchange exchange = new Exchange(query.id(), serverId, query.question(), asked);
      byte[] sent = exchange.toServer();
      assertEquals(asked.length, sent.length);
      assertTrue(Arrays.equals(asked, 2, asked.length, sent, 2, sent.length), "as it was asked");
      DnsMessage refused = response(Exchange.reply(query, asked, Exchange.REFUSED));
      assertEquals(query.id(), refused.id());
      assertEquals(Exchange.REFUSED, refused.rcode());
      return Optional.of(exchange);
    } catch (MalformedDnsException e) {
      Exchange.formatError(asked, asked.length)
          .ifPresent(reply -> assertEquals(DnsMessage.HEADER_BYTES, reply.length));
      return Optional.empty();
    }
  }

  private static void answer(Exchange exchange, byte[] answered) {
    DnsMessage response;
    try {
      response = response(answered);
    } catch (MalformedDnsException e) {
      return;
    }
    if (exchange.mismatch(response).isPresent()) {
      return;
    }
    assertEquals(exchange.serverId(), response.id());
    Lesson lesson = Lesson.of(exchange.question(), response);
    assertEquals(exchange.question().name(), lesson.name());
    for (IpAddress address : lesson.ttlSeconds().keySet()) {
      assertTrue(holds(answered, address), () -> address + " is not in the answer");
    }
    byte[] given = exchange.toClient(answered);
    assertEquals(exchange.clientId(), (given[0] & 0xff) << 8 | given[1] & 0xff);
    assertTrue(Arrays.equals(answered, 2, answered.length, given, 2, given.length), "as it came");
  }

  private static DnsMessage response(byte[] bytes) throws MalformedDnsException {
    return DnsMessage.response(bytes, bytes.length);
  }

  private static boolean holds(byte[] message, IpAddress address) {
    byte[] mapped = address.mapped();
    byte[] wanted = address.v6() ? mapped : Arrays.copyOfRange(mapped, 12, 16);
    for (int at = 0; at + wanted.length <= message.length; at++) {
      if (Arrays.equals(message, at, at + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }
}
