package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.FqdnSelector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names to addresses to identities. */
final class FqdnFoldTest {
  private static final AddressLife LIFE = new AddressLife(10_000, 5_000, 2_000, 3);
  private static final IpAddress ONE = IpAddress.parse("203.0.113.1");
  private static final IpAddress TWO = IpAddress.parse("203.0.113.2");

  private final FqdnFold fold = FqdnFold.empty(LIFE);

  static FqdnSelector exactly(String name) {
    return FqdnSelector.name(name);
  }

  static FqdnSelector under(String domain) {
    return FqdnSelector.pattern("**." + domain);
  }

  static DnsEvent answer(long time, String name, long ttl, IpAddress... addresses) {
    Map<IpAddress, Long> found = new java.util.TreeMap<>();
    for (IpAddress address : addresses) {
      found.put(address, ttl);
    }
    return new DnsEvent.Answered(
        time, "node-1", name, found, "shop/backend", "10.0.1.5", "10.0.1.53");
  }

  private LearnedAddress row(IpAddress address) {
    return (LearnedAddress)
        fold.rows().stream()
            .filter(each -> each.key().equals("address/" + address))
            .findFirst()
            .orElse(null);
  }

  private SelectorSet set(int number) {
    return fold.rows().stream()
        .filter(each -> each.key().equals("set/" + number))
        .map(each -> ((NumberedSet) each).set())
        .findFirst()
        .orElse(null);
  }

  @Test
  void setsArePreparedBeforeAnybodyAsks() {
    fold.selector("p", under("stripe.com"));
    fold.selector("e", exactly("api.stripe.com"));
    List<Change<FqdnRecord>> prepared = fold.drain();
    assertEquals(3, prepared.size(), "each alone, and both for the name that is spelled out");
    fold.apply(answer(1000, "api.stripe.com", 5, ONE));
    List<Change<FqdnRecord>> learned = fold.drain();
    assertEquals(1, learned.size(), "a new address writes an address: " + learned);
    assertEquals(new SelectorSet(List.of("e", "p"), 2), set(row(ONE).identity()));
  }

  @Test
  void aCombinationThatNobodyForesawComesBeforeTheAddress() {
    fold.selector("p", under("com"));
    fold.selector("q", under("stripe.com"));
    fold.drain();
    fold.apply(answer(1000, "api.stripe.com", 5, ONE));
    List<Change<FqdnRecord>> changes = fold.drain();
    assertEquals(NumberedSet.class, changes.getFirst().kind());
    assertEquals(LearnedAddress.class, changes.getLast().kind());
  }

  @Test
  void anAddressOfTwoNamesHasTheSelectorsOfBoth() {
    fold.selector("a", exactly("a.example"));
    fold.selector("b", exactly("b.example"));
    fold.apply(answer(1000, "a.example", 30, ONE));
    fold.apply(answer(1000, "b.example", 60, ONE));
    fold.drain();
    assertEquals(List.of("a", "b"), set(row(ONE).identity()).selectors());
    fold.apply(new DnsEvent.Passed(41_000));
    fold.drain();
    assertEquals(List.of("b"), set(row(ONE).identity()).selectors());
  }

  @Test
  void theFloorCountsAndWhenNodesHadTimeToTellTheAddressGoes() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 1, ONE));
    fold.apply(new DnsEvent.Passed(20_999));
    fold.drain();
    assertEquals(11_000, row(ONE).names().getFirst().untilMillis());
    fold.apply(new DnsEvent.Passed(21_000));
    assertEquals(List.of(Change.remove(LearnedAddress.class, "address/203.0.113.1")), fold.drain());
  }

  @Test
  void aLaterAnswerExtendsAndAShorterOneDoesNotShorten() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 100, ONE));
    fold.apply(answer(2000, "a.example", 1, ONE));
    fold.drain();
    assertEquals(101_000, row(ONE).names().getFirst().untilMillis());
  }

  @Test
  void aConnectionKeepsTheAddressAndAGraceLonger() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 1, ONE));
    for (long at = 5_000; at <= 500_000; at += 5_000) {
      fold.apply(new DnsEvent.Used(at, "node-2", List.of(ONE)));
      fold.drain();
    }
    fold.apply(new DnsEvent.Passed(507_499));
    fold.drain();
    assertTrue(row(ONE) != null && row(ONE).identity() != 0);
    fold.apply(new DnsEvent.Passed(507_500));
    fold.drain();
    assertEquals(null, row(ONE));
  }

  @Test
  void aConnectionThatStaysWritesARowNowAndThen() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 1, ONE));
    fold.drain();
    int rows = 0;
    for (long at = 2_000; at <= 352_000; at += 1_000) {
      fold.apply(new DnsEvent.Used(at, "node-2", List.of(ONE)));
      rows += fold.drain().size();
      assertTrue(row(ONE).usedUntilMillis() >= at + 7_000, "believed in, and a grace");
      assertTrue(row(ONE).usedUntilMillis() < at + 10_500, "and not for ever");
    }
    assertEquals(101, rows, "one each 3.5 s");
  }

  @Test
  void rowsShareTheirWords() {
    fold.apply(answer(1000, new String("a.example"), 1, ONE));
    fold.apply(answer(1000, new String("a.example"), 1, TWO));
    fold.drain();
    FqdnFold again = FqdnFold.restore(LIFE, fold.rows());
    again.apply(answer(2000, new String("a.example"), 1, TWO));
    again.drain();
    for (FqdnFold each : List.of(fold, again)) {
      List<String> names =
          each.rows().stream()
              .filter(LearnedAddress.class::isInstance)
              .map(row -> ((LearnedAddress) row).names().getFirst().name())
              .toList();
      assertEquals(2, names.size());
      assertSame(names.getFirst(), names.getLast());
    }
  }

  @Test
  void aConnectionThatWasOpenedAtTheLastMomentIsToldOfInTime() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 1, ONE));
    fold.apply(new DnsEvent.Used(20_900, "node-2", List.of(ONE)));
    fold.apply(new DnsEvent.Passed(21_000));
    fold.drain();
    assertTrue(row(ONE) != null);
  }

  @Test
  void anAnswerThatWasHeldAgainstAnOutageCountsFromNow() {
    fold.selector("a", exactly("a.example"));
    fold.apply(((DnsEvent.Answered) answer(1000, "a.example", 1, ONE)).at(3_600_000));
    fold.drain();
    assertEquals(3_610_000, row(ONE).names().getFirst().untilMillis());
  }

  @Test
  void theOldestUnusedMakesRoom() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 20, ONE));
    fold.apply(answer(2000, "a.example", 20, TWO));
    fold.apply(new DnsEvent.Used(2500, "node-1", List.of(ONE)));
    fold.apply(answer(3000, "a.example", 20, IpAddress.parse("203.0.113.3")));
    fold.apply(answer(4000, "a.example", 20, IpAddress.parse("203.0.113.4")));
    fold.drain();
    assertTrue(row(ONE) != null, "a connection keeps it");
    assertEquals(null, row(TWO));
    assertEquals(1, fold.evicted());
    assertEquals(Map.of("a.example", 1L), fold.crowded());
  }

  @Test
  void aPrefixAroundTheAddressStaysPartOfIt() {
    fold.selector("a", exactly("a.example"));
    fold.prefix(Prefix.parse("203.0.113.0/24"), 0x80_0001);
    fold.apply(answer(1000, "a.example", 20, ONE));
    fold.drain();
    assertEquals(new SelectorSet(List.of("a"), 0x80_0001), set(row(ONE).identity()));
    fold.prefixGone(Prefix.parse("203.0.113.0/24"));
    fold.drain();
    assertEquals(new SelectorSet(List.of("a"), 2), set(row(ONE).identity()));
  }

  @Test
  void addressesOfTheClusterKeepTheirIdentity() {
    fold.selector("a", exactly("a.example"));
    fold.prefix(Prefix.parse("10.0.0.0/16"), 3);
    fold.apply(answer(1000, "a.example", 20, IpAddress.parse("10.0.1.5")));
    fold.drain();
    assertEquals(0, row(IpAddress.parse("10.0.1.5")).identity());
  }

  @Test
  void aNewPolicyFindsWhatWasLearnedBefore() {
    fold.apply(answer(1000, "a.example", 20, ONE));
    fold.drain();
    assertEquals(0, row(ONE).identity());
    fold.selector("a", exactly("a.example"));
    fold.drain();
    assertTrue(FqdnRecord.isFqdn(row(ONE).identity()));
    fold.selectorGone("a");
    fold.drain();
    assertEquals(0, row(ONE).identity());
  }

  @Test
  void numbersAreGivenUpAfterAGrace() {
    fold.selector("a", exactly("a.example"));
    fold.drain();
    fold.selectorGone("a");
    fold.drain();
    assertTrue(fold.tidy().isEmpty());
    fold.apply(new DnsEvent.Passed(SetNumbers.GRACE_MILLIS));
    assertFalse(fold.tidy().isEmpty());
    assertTrue(fold.rows().isEmpty());
  }

  @Test
  void aSetThatNobodyAsksForAgainIsNotWaitedFor() {
    SelectorSet pair = new SelectorSet(List.of("a", "b"), 2);
    fold.apply(new DnsEvent.Wanted(1_000, "node-1", pair));
    fold.apply(new DnsEvent.Passed(1_001 + FqdnFold.WANTED_MILLIS));
    fold.selector("a", under("a.example"));
    fold.selector("b", under("example"));
    fold.drain();
    assertFalse(numbered(pair));
    fold.apply(new DnsEvent.Wanted(200_000, "node-1", pair));
    fold.drain();
    assertTrue(numbered(pair));
  }

  private boolean numbered(SelectorSet set) {
    return fold.rows().stream()
        .anyMatch(row -> row instanceof NumberedSet each && each.set().equals(set));
  }

  @Test
  void aRestoredFoldGoesOn() {
    fold.selector("a", exactly("a.example"));
    fold.apply(answer(1000, "a.example", 20, ONE));
    fold.drain();
    FqdnFold again = FqdnFold.restore(LIFE, fold.rows());
    again.selector("a", exactly("a.example"));
    assertTrue(again.drain().isEmpty());
    again.apply(answer(2000, "a.example", 20, TWO));
    assertEquals(1, again.drain().size());
    again.apply(new DnsEvent.Passed(31_000));
    assertEquals("address/203.0.113.1", again.drain().getFirst().key());
  }
}
