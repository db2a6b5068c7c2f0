package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Any bytes are read or refused, in bounded work. */
final class DnsMessageProperties {
  @Property(tries = 2000)
  void anyBytesAreReadOrRefused(@ForAll @Size(max = 200) byte[] bytes) {
    tryBoth(bytes);
  }

  @Property(tries = 5000)
  void anyDamageIsReadOrRefused(
      @ForAll @IntRange(max = 150) int at,
      @ForAll byte value,
      @ForAll @IntRange(max = 40) int cut) {
    byte[] honest =
        Wire.response(9, 3, "api.stripe.com", 1)
            .cname("api.stripe.com", 60, "edge.example")
            .raw("c020 0001 0001 0000003c 0004 cb007109")
            .a("edge.example", 60, 203, 0, 113, 10)
            .bytes();
    if (at < honest.length) {
      honest[at] = value;
    }
    tryBoth(java.util.Arrays.copyOf(honest, Math.max(0, honest.length - cut)));
  }

  static void tryBoth(byte[] bytes) {
    try {
      DnsMessage query = DnsMessage.query(bytes, bytes.length);
      assertEquals(
          query.id(), bytes[0] << 8 & 0xff00 | bytes[1] & 0xff, "the id is that of the wire");
      byte[] reply = Exchange.reply(query, bytes, Exchange.REFUSED);
      assertEquals(query.question(), DnsMessage.response(reply, reply.length).question());
    } catch (MalformedDnsException refused) {
      assertTrue(!refused.getMessage().isEmpty());
    }
    try {
      DnsMessage response = DnsMessage.response(bytes, bytes.length);
      if (response.question() != null) {
        Lesson lesson = Lesson.of(response.question(), response);
        assertTrue(lesson.ttlSeconds().size() <= bytes.length / 4);
        assertTrue(lesson.aliases().size() <= 17);
      }
    } catch (MalformedDnsException refused) {
      assertTrue(!refused.getMessage().isEmpty());
    }
  }
}
