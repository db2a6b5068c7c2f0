package dev.sluice.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RuleBookTest {
  private final RuleBook book = new RuleBook();

  private static RuleBook.Reason reason(String... origins) {
    return new RuleBook.Reason(KernelEntry.Verdict.ALLOW, List.of(origins), List.of());
  }

  @Test
  void aNumberFollowsFromItsReason() {
    int cookie = book.take(reason("CiliumNetworkPolicy/shop/a#spec.ingress[0]"), 2);
    assertTrue(cookie > 0);
    assertEquals(
        cookie, new RuleBook().take(reason("CiliumNetworkPolicy/shop/a#spec.ingress[0]"), 2));
    assertNotEquals(cookie, book.take(reason("CiliumNetworkPolicy/shop/a#spec.ingress[1]"), 2));
    assertEquals(List.of("CiliumNetworkPolicy/shop/a"), book.find(cookie).orElseThrow().policies());
    assertEquals(0, book.take(RuleBook.Reason.NONE, 4));
    assertEquals(Optional.empty(), book.find(0));
  }

  @Test
  void aRuleAndADefaultOfTheSameNameAreTwoReasons() {
    int rule = book.take(new RuleBook.Reason(KernelEntry.Verdict.DENY, List.of("a"), List.of()), 1);
    int standard =
        book.take(
            new RuleBook.Reason(KernelEntry.Verdict.DEFAULT_DENY, List.of(), List.of("a")), 4);
    assertNotEquals(rule, standard);
  }

  @Test
  void aNumberSaysWhatItsEntriesRecognisePacketsBy() {
    int peer = book.take(reason("a"), 1);
    int port = book.take(reason("a"), 3);
    assertNotEquals(peer, port);
    assertEquals(1, book.match(peer));
    assertEquals(3, book.match(port));
    assertEquals(0, book.match(0));
    int nothing =
        book.take(
            new RuleBook.Reason(KernelEntry.Verdict.DEFAULT_DENY, List.of(), List.of("a")), 4);
    assertEquals(0, book.match(nothing), "default deny is what no rule matched");
  }

  @Test
  void whatNoEntryCarriesIsRememberedForAWhile() {
    int first = book.take(reason("first"), 1);
    int kept = book.take(reason("kept"), 1);
    book.give(first);
    assertTrue(book.find(first).isPresent());
    for (int i = 0; i < 5000; i++) {
      book.give(book.take(reason("other" + i), 1));
    }
    assertTrue(book.find(first).isEmpty());
    assertTrue(book.find(kept).isPresent());
  }
}
