package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What answers teach, and what they do not. */
final class LessonTest {
  private static final String NAME = "api.stripe.com";

  private static Lesson lesson(int type, Wire wire) throws MalformedDnsException {
    byte[] bytes = wire.bytes();
    return Lesson.of(new DnsQuestion(NAME, type, 1), DnsMessage.response(bytes, bytes.length));
  }

  private static Map<IpAddress, Long> of(String address, long ttl) {
    return Map.of(IpAddress.parse(address), ttl);
  }

  @Test
  void addressesOfTheName() throws MalformedDnsException {
    Lesson lesson =
        lesson(
            1,
            Wire.response(1, 2, NAME, 1).a(NAME, 30, 203, 0, 113, 9).a(NAME, 20, 203, 0, 113, 9));
    assertEquals(of("203.0.113.9", 20), lesson.ttlSeconds());
    assertEquals(NAME, lesson.name());
  }

  @Test
  void chainsAreFollowedWithTheShortestLife() throws MalformedDnsException {
    Lesson lesson =
        lesson(
            1,
            Wire.response(1, 3, NAME, 1)
                .a("edge.cdn.example", 300, 203, 0, 113, 9)
                .cname("stripe.cdn.example", 7, "edge.cdn.example")
                .cname(NAME, 60, "stripe.cdn.example"));
    assertEquals(of("203.0.113.9", 7), lesson.ttlSeconds());
    assertEquals(List.of("stripe.cdn.example", "edge.cdn.example"), lesson.aliases());
    assertEquals(NAME, lesson.name(), "the address belongs to the name that was asked for");
  }

  @Test
  void recordsOfOtherNamesTeachNothing() throws MalformedDnsException {
    Lesson lesson = lesson(1, Wire.response(1, 1, NAME, 1).a("bank.example", 30, 203, 0, 113, 9));
    assertEquals(Map.of(), lesson.ttlSeconds());
  }

  @Test
  void additionalRecordsTeachNothing() throws MalformedDnsException {
    Wire wire = Wire.header(1, 0x8180, 1, 0, 0, 1).question(NAME, 1).a(NAME, 30, 203, 0, 113, 9);
    assertEquals(Map.of(), lesson(1, wire).ttlSeconds());
  }

  @Test
  void aliasesThatGoRoundTeachNothing() throws MalformedDnsException {
    Wire wire =
        Wire.response(1, 2, NAME, 1).cname(NAME, 9, "b.example").cname("b.example", 9, NAME);
    assertEquals(Map.of(), lesson(1, wire).ttlSeconds());
  }

  @Test
  void bindingsTeachTheirHints() throws MalformedDnsException {
    Wire wire = Wire.response(1, 1, NAME, 65);
    byte[] data =
        new Wire()
            .u16(1)
            .raw(
                "00 0001 0003 026832 0004 0004 cb007109 0006 0010 20010db8000000000000000000000010")
            .bytes();
    Lesson lesson = lesson(65, wire.record(NAME, 65, 40, data));
    assertEquals(
        Map.of(IpAddress.parse("203.0.113.9"), 40L, IpAddress.parse("2001:db8::10"), 40L),
        lesson.ttlSeconds());
  }

  @Test
  void addressesThatAreNoHostsTeachNothing() throws MalformedDnsException {
    Wire four =
        Wire.response(1, 4, NAME, 1)
            .a(NAME, 9, 127, 0, 0, 1)
            .a(NAME, 9, 0, 0, 0, 0)
            .a(NAME, 9, 169, 254, 169, 254)
            .a(NAME, 9, 224, 0, 0, 1);
    assertEquals(Map.of(), lesson(1, four).ttlSeconds());
    Wire six =
        Wire.response(1, 3, NAME, 28)
            .record(NAME, 28, 9, IpAddress.parse("::1").mapped())
            .record(NAME, 28, 9, IpAddress.parse("fe80::1").mapped())
            .record(NAME, 28, 9, IpAddress.parse("ff02::1").mapped());
    assertEquals(Map.of(), lesson(28, six).ttlSeconds());
  }

  @Test
  void aNegativeLifeIsNone() throws MalformedDnsException {
    Lesson lesson = lesson(1, Wire.response(1, 1, NAME, 1).a(NAME, 0x8000_0001, 203, 0, 113, 9));
    assertEquals(of("203.0.113.9", 0), lesson.ttlSeconds());
  }
}
