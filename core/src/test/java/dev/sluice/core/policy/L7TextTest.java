package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.core.policy.L7Rules.HeaderRule;
import dev.sluice.core.policy.L7Rules.HttpRule;
import dev.sluice.core.policy.L7Rules.KafkaRule;
import dev.sluice.core.policy.L7Rules.Mismatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class L7TextTest {
  private static void comesBack(L7Rules rules) {
    assertEquals(rules, L7Text.parse(L7Text.of(rules)));
  }

  @Test
  void rulesComeBack() {
    comesBack(L7Rules.NONE);
    comesBack(
        new L7Rules.Http(
            List.of(
                new HttpRule("", "", "", List.of()),
                new HttpRule(
                    "GET",
                    "/a\tb\\n\n.*",
                    "shop",
                    List.of(
                        new HeaderRule("X-A", null, Mismatch.DENY),
                        new HeaderRule("X-B", "-", Mismatch.REPLACE),
                        new HeaderRule("X-C", "", Mismatch.LOG))))));
    comesBack(
        new L7Rules.Dns(
            List.of(FqdnSelector.name("api.stripe.com"), FqdnSelector.pattern("*.stripe.com"))));
    comesBack(
        new L7Rules.Kafka(
            List.of(
                new KafkaRule(List.of(), -1, "", ""),
                new KafkaRule(List.of("fetch", "metadata"), 3, "c", "orders"))));
    comesBack(new L7Rules.ServerNames(List.of(FqdnSelector.pattern("*.x.com"))));
  }

  @Test
  void orderAndRepetitionMeanNothing() {
    FqdnSelector a = FqdnSelector.name("a");
    FqdnSelector b = FqdnSelector.name("b");
    assertEquals("dns\nmatchName: a\nmatchName: b", L7Text.of(new L7Rules.Dns(List.of(b, a, b))));
  }

  @Test
  void anotherTextIsNone() {
    assertThrows(IllegalArgumentException.class, () -> L7Text.parse("http:1"));
  }
}
