package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutsideHostsTest {
  private static String refusal(String name, String address) {
    return assertThrows(
            IllegalArgumentException.class,
            () -> OutsideHosts.check(name, Map.of("addresses", List.of(address))))
        .getMessage();
  }

  /** Files are called after hosts. */
  @Test
  void aHostsNameIsNoPath() {
    assertEquals(
        "metadata.name: \"../../etc/x\" is no name: write lower case letters, digits, '-' and '.'",
        refusal("../../etc/x", "203.0.113.10"));
    OutsideHosts.check("stripe", Map.of("addresses", List.of("203.0.113.10", "2001:db8::10")));
  }

  @Test
  void saysWhichFieldIsNoAddress() {
    assertEquals(
        "spec.addresses: '203.0.113' is not an IP address: write 203.0.113.10 or 2001:db8::10",
        refusal("stripe", "203.0.113"));
  }
}
