package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading messages, honest and hostile. */
final class DnsMessageTest {
  private static DnsMessage query(byte[] bytes) throws MalformedDnsException {
    return DnsMessage.query(bytes, bytes.length);
  }

  private static DnsMessage response(byte[] bytes) throws MalformedDnsException {
    return DnsMessage.response(bytes, bytes.length);
  }

  @Test
  void readsAQuery() throws MalformedDnsException {
    DnsMessage message = query(Wire.query(7, "aPi.Stripe.com", 28));
    assertEquals(7, message.id());
    assertEquals(new DnsQuestion("api.stripe.com", 28, 1), message.question());
  }

  @Test
  void readsAQueryWithEdns() throws MalformedDnsException {
    byte[] bytes =
        Wire.header(1, 0x0120, 1, 0, 0, 1)
            .question("a.example", 1)
            .raw("00 0029 04d0 00000000 000c 000a 0008 0102030405060708")
            .bytes();
    assertEquals("a.example", query(bytes).question().name());
  }

  @Test
  void dotsInsideLabelsAreNoBorders() throws MalformedDnsException {
    byte[] bytes =
        Wire.header(1, 0x0100, 1, 0, 0, 0)
            .raw("0a 6170692e737472697065 03 636f6d 00 0001 0001")
            .bytes();
    assertEquals("api\\046stripe.com", query(bytes).question().name());
  }

  @Test
  void theRootHasAName() throws MalformedDnsException {
    assertEquals(".", query(Wire.query(1, ".", 2)).question().name());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "empty                        |",
        "half a header                | 0001 0100 0001",
        "no question                  | 0001 0100 0000 0000 0000 0000",
        "two questions                | 0001 0100 0002 0000 0000 0000 0161 00 0001 0001 0162 00"
            + " 0001 0001",
        "a response                   | 0001 8100 0001 0000 0000 0000 0161 00 0001 0001",
        "an update                    | 0001 2800 0001 0000 0000 0000 0161 00 0001 0001",
        "a name without end           | 0001 0100 0001 0000 0000 0000 0161",
        "a label beyond the end       | 0001 0100 0001 0000 0000 0000 3f61",
        "a pointer to itself          | 0001 0100 0001 0000 0000 0000 c00c 0001 0001",
        "a pointer forward            | 0001 0100 0001 0000 0000 0000 c00e 0161 00 0001 0001",
        "a pointer into the header    | 0001 0100 0001 0000 0000 0000 c000 0001 0001",
        "half a pointer               | 0001 0100 0001 0000 0000 0000 c0",
        "a label of 64                | 0001 0100 0001 0000 0000 0000 4061 00 0001 0001",
        "a bit label                  | 0001 0100 0001 0000 0000 0000 4101 00 0001 0001",
        "a question cut off           | 0001 0100 0001 0000 0000 0000 0161 00 0001",
        "an answer in a query         | 0001 0100 0001 0001 0000 0000 0161 00 0001 0001 0161 00"
            + " 0001 0001 00000001 0004 01020304",
        "bytes after the end          | 0001 0100 0001 0000 0000 0000 0161 00 0001 0001 ff",
        "additional that is not there | 0001 0100 0001 0000 0000 0001 0161 00 0001 0001",
        "additional beyond the end    | 0001 0100 0001 0000 0000 0001 0161 00 0001 0001 00 0029"
            + " 04d0 00000000 00ff",
      })
  void refusesAsQuery(String what, String hex) {
    byte[] bytes = new Wire().raw(hex == null ? "" : hex).bytes();
    assertThrows(MalformedDnsException.class, () -> query(bytes));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a query                       | 0001 0100 0001 0000 0000 0000 0161 00 0001 0001",
        "fewer answers than it says    | 0001 8180 0001 0002 0000 0000 0161 00 0001 0001 c00c 0001"
            + " 0001 00000001 0004 01020304",
        "ffff answers                  | 0001 8180 0001 ffff 0000 0000 0161 00 0001 0001",
        "an address of 3 bytes         | 0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001"
            + " 0001 00000001 0003 010203",
        "an address of 5 bytes         | 0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001"
            + " 0001 00000001 0005 0102030405",
        "an IPv6 address of 4 bytes    | 0001 8180 0001 0001 0000 0000 0161 00 001c 0001 c00c 001c"
            + " 0001 00000001 0004 01020304",
        "an alias longer than its data | 0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0005"
            + " 0001 00000001 0002 0161 00",
        "an alias shorter              | 0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0005"
            + " 0001 00000001 0005 0161 00 0000",
        "an alias that loops           | 0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0005"
            + " 0001 00000001 0002 c01f",
        "pointers that take turns      | 0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0005"
            + " 0001 00000001 0004 c021 c01f",
        "hints of 3 bytes              | 0001 8180 0001 0001 0000 0000 0161 00 0041 0001 c00c 0041"
            + " 0001 00000001 000a 0001 00 0004 0003 010203",
        "no hints at all               | 0001 8180 0001 0001 0000 0000 0161 00 0041 0001 c00c 0041"
            + " 0001 00000001 0007 0001 00 0004 0000",
        "parameters out of order       | 0001 8180 0001 0001 0000 0000 0161 00 0041 0001 c00c 0041"
            + " 0001 00000001 000f 0001 00 0004 0004 01020304 0004 0000",
        "parameters beyond the record  | 0001 8180 0001 0001 0000 0000 0161 00 0041 0001 c00c 0041"
            + " 0001 00000001 0007 0001 00 0004 0008",
      })
  void refusesAsResponse(String what, String hex) {
    byte[] bytes = new Wire().raw(hex).bytes();
    assertThrows(MalformedDnsException.class, () -> response(bytes));
  }

  @Test
  void aNameOf255OctetsIsTheLongest() throws MalformedDnsException {
    String longest = String.join(".", List.of("a".repeat(63), "b".repeat(63), "c".repeat(63)));
    String name = longest + "." + "d".repeat(61);
    assertEquals(name, query(Wire.query(1, name, 1)).question().name());
    byte[] longer =
        Wire.header(1, 0x0100, 1, 0, 0, 0)
            .raw(("3f" + "61".repeat(63)).repeat(4) + "00 0001 0001")
            .bytes();
    assertThrows(MalformedDnsException.class, () -> query(longer));
  }

  @Test
  void compressionMayNotMakeANameLongerThanNamesAre() {
    Wire wire = Wire.header(1, 0x8180, 1, 4, 0, 0).question("a".repeat(63), 1);
    // Each record's owner is 63 octets and a pointer to the one before: four of them are too long.
    int before = 12;
    for (int i = 0; i < 4; i++) {
      int here = wire.bytes().length;
      wire.raw("3f" + "62".repeat(63)).u16(0xc000 | before, 1, 1, 0, 60, 4, 0x0102, 0x0304);
      before = here;
    }
    byte[] bytes = wire.bytes();
    assertThrows(MalformedDnsException.class, () -> response(bytes));
  }

  @Test
  void repliesRepeatTheQuestionAndNothingElse() throws MalformedDnsException {
    byte[] bytes = Wire.query(0x1234, "X.example", 1);
    byte[] reply = Exchange.reply(query(bytes), bytes, Exchange.REFUSED);
    DnsMessage read = response(reply);
    assertEquals(0x1234, read.id());
    assertEquals(Exchange.REFUSED, read.rcode());
    assertEquals("x.example", read.question().name());
    assertEquals('X', reply[13], "case is the client's");
  }

  @Test
  void whatCannotBeReadIsAFormatError() throws MalformedDnsException {
    byte[] garbage = new Wire().raw("0007 0100 0001 0000 0000 0000 c00c").bytes();
    DnsMessage reply = response(Exchange.formatError(garbage, garbage.length).orElseThrow());
    assertEquals(7, reply.id());
    assertEquals(Exchange.FORMERR, reply.rcode());
    assertNull(reply.question());
    byte[] answer = new Wire().raw("0007 8100 0001 0000 0000 0000 c00c").bytes();
    assertTrue(Exchange.formatError(answer, answer.length).isEmpty(), "never answer an answer");
  }

  @Test
  void onlyTheAnswerToTheQuestionIsOne() throws MalformedDnsException {
    DnsQuestion asked = new DnsQuestion("a.example", 1, 1);
    Exchange exchange = new Exchange(5, 99, asked, Wire.query(5, "a.example", 1));
    assertTrue(exchange.mismatch(response(Wire.response(99, 0, "A.example", 1).bytes())).isEmpty());
    assertEquals("id", mismatch(exchange, Wire.response(5, 0, "a.example", 1)));
    assertEquals("question", mismatch(exchange, Wire.response(99, 0, "b.example", 1)));
    assertEquals("question", mismatch(exchange, Wire.response(99, 0, "a.example", 28)));
    assertEquals("operation", mismatch(exchange, Wire.header(99, 0xa800, 0, 0, 0, 0)));
    assertEquals(
        "question",
        mismatch(exchange, Wire.header(99, 0x8180, 0, 1, 0, 0).a("a.example", 9, 1, 2, 3, 4)));
    assertEquals(99, exchange.toServer()[1]);
    assertEquals(5, exchange.toClient(new byte[12])[1]);
  }

  private static String mismatch(Exchange exchange, Wire wire) throws MalformedDnsException {
    return exchange.mismatch(response(wire.bytes())).orElse("none");
  }
}
