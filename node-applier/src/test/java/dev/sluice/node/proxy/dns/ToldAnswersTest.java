package dev.sluice.node.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An answer that is not told holds for as long as one that is. */
final class ToldAnswersTest {
  /** Answers hold ten seconds at least, and are believed in for five more. */
  private static final AddressLife LIFE = new AddressLife(10_000, 6_000, 2_000, 100);

  private static final IpAddress ONE = IpAddress.parse("203.0.113.1");
  private static final IpAddress TWO = IpAddress.parse("2001:db8::2");
  private static final int POD = 7;

  private final ToldAnswers told = new ToldAnswers(LIFE);

  private static long at(long seconds) {
    return Long.MAX_VALUE - 20_000_000_000L + 1_000_000_000 * seconds; // as nanoTime may be
  }

  private boolean covers(long seconds, long ttl, IpAddress... addresses) {
    return told.cover("a.example", ToldAnswers.EVERYBODY, ttls(ttl, addresses), at(seconds));
  }

  private void tell(long seconds, long ttl, IpAddress... addresses) {
    told.told("a.example", ToldAnswers.EVERYBODY, ttls(ttl, addresses), at(seconds));
  }

  private static Map<IpAddress, Long> ttls(long ttl, IpAddress... addresses) {
    return List.of(addresses).stream()
        .collect(java.util.stream.Collectors.toMap(address -> address, address -> ttl));
  }

  @Test
  void whatIsBelievedInForAsLongAsTheAnswerHoldsNeedsNoTelling() {
    assertFalse(covers(0, 1, ONE));
    tell(0, 1, ONE);
    assertTrue(covers(0, 1, ONE));
    assertTrue(covers(5, 1, ONE), "until 15, as was told");
    assertFalse(covers(6, 1, ONE), "it holds until 16");
    assertFalse(covers(0, 16, ONE), "its TTL is longer");
  }

  @Test
  void aTtlThatRunsDownAtTheResolverNeedsNoTelling() {
    tell(0, 3_600, ONE);
    assertTrue(covers(3_000, 600, ONE));
    assertFalse(covers(3_000, 3_600, ONE), "a fresh one does");
  }

  @Test
  void everyAddressMustHaveBeenToldUnderThatNameAndForThatEndpoint() {
    tell(0, 1, ONE);
    assertFalse(covers(1, 1, ONE, TWO));
    assertFalse(told.cover("b.example", ToldAnswers.EVERYBODY, ttls(1, ONE), at(1)));
    assertFalse(told.cover("a.example", POD, ttls(1, ONE), at(1)));
    told.told("b.example", POD, ttls(1, ONE), at(1));
    assertTrue(told.cover("b.example", POD, ttls(1, ONE), at(1)));
    assertTrue(covers(1, 1, ONE));
    tell(2, 1, ONE, TWO);
    assertTrue(covers(7, 1, ONE, TWO), "told again");
    assertTrue(told.cover("b.example", POD, ttls(1, ONE), at(2)), "the other is still known");
  }

  @Test
  void whatCoversNothingIsForgotten() {
    tell(0, 1, ONE);
    told.told("b.example", POD, ttls(1, ONE), at(2));
    tell(2, 1, TWO);
    told.tidy(at(6));
    assertFalse(covers(5, 1, ONE));
    assertTrue(told.cover("b.example", POD, ttls(1, ONE), at(6)));
    told.tidy(at(8));
    assertEquals(0, told.size());
    tell(8, 1, ONE, TWO);
    told.forget(List.of(ONE));
    assertFalse(covers(8, 1, ONE));
    assertTrue(covers(8, 1, TWO));
    told.forgetAll();
    assertEquals(0, told.size());
  }
}
