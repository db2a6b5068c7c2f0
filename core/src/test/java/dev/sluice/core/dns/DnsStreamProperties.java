package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class DnsStreamProperties {
  @Property
  void howeverAStreamIsCutItsMessagesAreTheSame(
      @ForAll @Size(max = 12) List<@Size(max = 700) byte[]> messages,
      @ForAll @IntRange(min = 1, max = 900) int piece) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    messages.forEach(message -> all.writeBytes(DnsStream.framed(message)));
    byte[] bytes = all.toByteArray();
    DnsStream stream = new DnsStream();
    List<byte[]> read = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += piece) {
      stream.put(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
      for (byte[] next = stream.next(); next != null; next = stream.next()) {
        read.add(next);
      }
    }
    assertEquals(messages.size(), read.size());
    for (int i = 0; i < read.size(); i++) {
      assertArrayEquals(messages.get(i), read.get(i));
    }
    assertFalse(stream.isPartial());
  }

  @Test
  void theLargestMessagePasses() {
    byte[] largest = new byte[DnsMessage.MAX_BYTES];
    largest[DnsMessage.MAX_BYTES - 1] = 7;
    byte[] framed = DnsStream.framed(largest);
    DnsStream stream = new DnsStream();
    stream.put(Arrays.copyOf(framed, framed.length - 1));
    assertNull(stream.next());
    assertTrue(stream.isPartial());
    stream.put(new byte[] {7});
    assertArrayEquals(largest, stream.next());
  }
}
