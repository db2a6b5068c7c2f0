package dev.sluice.core.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralsTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "FD00:10:0:1::A, fd00:10:0:1::a",
    "2001:db8:0:0:0:0:0:1, 2001:db8::1",
    "::ffff:10.0.0.1, 10.0.0.1"
  })
  void anAddressIsReadAndPrintedInOneForm(String text, String printed) {
    assertEquals(printed, IpAddress.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "10.0",
        "10.0.1",
        "10.0.0.0.1",
        "010.0.0.1",
        "10.0.0.256",
        "10.0.0.1.",
        "0x0a000001",
        "[::1]",
        "fe80::1%eth0",
        "1::2::3",
        ":::",
        "shop",
        "10.0.0.1 ",
        "+1.0.0.0",
        ".1.0.0.0",
        "10..0.1",
        "10.0.0."
      })
  void whatOnlyLooksLikeAnAddressIsNone(String text) {
    assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.1/16", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/08", "::/129"})
  void whatOnlyLooksLikeAPrefixIsNone(String text) {
    assertThrows(IllegalArgumentException.class, () -> Prefix.parse(text), text);
  }

  @Test
  void aPrefixHasNoBitsBeyondItsLength() {
    assertEquals("10.0.0.0/8", Prefix.parse("10.1.2.3/8").toString());
    assertEquals("fd00::/16", Prefix.parse("fd00:10::1/16").toString());
    assertEquals("10.1.2.3/32", Prefix.parse("10.1.2.3").toString());
  }
}
