package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
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

  /** All short patterns and names, beside what Cilium makes of a pattern. */
  @Test
  void patternsMeanTheirRegularExpression() {
    List<String> names = texts("ab.", 6);
    for (String pattern : texts("a*.", 5)) {
      if (pattern.isEmpty() || pattern.equals(".")) {
        continue;
      }
      FqdnSelector selector = FqdnSelector.pattern(pattern);
      Pattern meant = Pattern.compile(regularExpression(selector.text()));
      for (String name : names) {
        assertEquals(
            meant.matcher(FqdnSelector.canonical(name)).matches(),
            selector.matches(name),
            () -> pattern + " and " + name);
      }
    }
  }

  private static String regularExpression(String pattern) {
    String letter = "[-a-zA-Z0-9_]";
    if (pattern.matches("\\*+")) {
      return "(?:" + letter + "+(?:\\." + letter + "+)*)?";
    }
    boolean deep = pattern.startsWith("**.");
    String rest = pattern.substring(deep ? 3 : 0).replace(".", "\\.").replace("*", letter + "*");
    return (deep ? "(?:" + letter + "+\\.)+" : "") + rest;
  }

  private static List<String> texts(String letters, int longest) {
    List<String> texts = new ArrayList<>(List.of(""));
    for (int from = 0, length = 0; length < longest; length++) {
      int end = texts.size();
      for (; from < end; from++) {
        for (char letter : letters.toCharArray()) {
          texts.add(texts.get(from) + letter);
        }
      }
    }
    return texts;
  }

  /** Trying out what each star may stand for would take longer than anybody waits. */
  @Test
  void manyStarsCostNoMoreThanTheirNumber() {
    FqdnSelector stars = FqdnSelector.pattern("*a".repeat(100) + "b");
    assertEquals(false, stars.matches("a".repeat(250)));
    assertEquals(true, stars.matches("a".repeat(250) + "b"));
  }
}
