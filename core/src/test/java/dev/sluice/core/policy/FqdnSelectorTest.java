package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FqdnSelectorTest {
  @ParameterizedTest
  @CsvSource({
    "*.cilium.io, www.cilium.io, true",
    "*.cilium.io, WWW.Cilium.IO., true",
    "*.cilium.io, cilium.io, false",
    "*.cilium.io, a.b.cilium.io, false",
    "*.cilium.io, .cilium.io, true",
    "*cilium.io, cilium.io, true",
    "*cilium.io, mycilium.io, true",
    "*cilium.io, www.cilium.io, false",
    "sub*.cilium.io, subdomain.cilium.io, true",
    "sub*.cilium.io, sub.cilium.io, true",
    "**.cilium.io, a.b.cilium.io, true",
    "**.cilium.io, a.cilium.io, true",
    "**.cilium.io, cilium.io, false",
    "*, anything.at.all, true",
    "*., anything.at.all., true",
    "*, '', true",
    "*, ., true",
    "a.b, a-b, false"
  })
  void patterns(String pattern, String name, boolean matches) {
    assertEquals(matches, FqdnSelector.pattern(pattern).matches(name));
  }

  @ParameterizedTest
  @CsvSource({
    "api.stripe.com, api.stripe.com, true",
    "API.stripe.com., api.Stripe.com, true",
    "api.stripe.com, xapi.stripe.com, false"
  })
  void names(String selector, String name, boolean matches) {
    assertEquals(matches, FqdnSelector.name(selector).matches(name));
  }
}
