package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is found about policies of names while they are in use: it comes and it goes. */
final class NameFindingsTest {
  private static final String POLICY = "CiliumNetworkPolicy/shop/pay";
  private static final Set<ObjectKey> POLICIES = Set.of(ObjectKey.parse(POLICY));
  private static final IpAddress ONE = IpAddress.parse("203.0.113.1");
  private static final String NAME = "api.stripe.com";

  private static String only(List<Change<NameFinding>> changes) {
    assertEquals(1, changes.size(), changes::toString);
    return changes.getFirst().isRemoval()
        ? "gone " + changes.getFirst().key()
        : changes.getFirst().value().message();
  }

  private static NameUse use(long learned, long ttl) {
    return new NameUse(NAME, learned + 1000 * ttl, learned, ttl, "shop/a", "", "", "node-1");
  }

  @Test
  void anAddressThatIsUsedAfterItsTtlIsTold() {
    StaleUses uses = new StaleUses(60_000);
    uses.dropped(50_000, "shop/a", ONE, name -> POLICIES);
    assertEquals(List.of(), uses.drain(), "nobody knew it");
    uses.ended(ONE, use(10_000, 5));
    uses.dropped(51_200, "shop/a", ONE, name -> Set.of());
    assertEquals(List.of(), uses.drain(), "no policy would have allowed it");
    uses.dropped(51_200, "shop/a", ONE, name -> name.equals(NAME) ? POLICIES : Set.of());
    String told = only(uses.drain());
    assertTrue(told.startsWith("shop/a used 203.0.113.1 of api.stripe.com 37 s after its TTL"));
    assertTrue(told.contains("of 5 s"), told);
    assertTrue(told.contains("dns.ttl.floor: 42s"), told);
    uses.alive(ONE, NAME);
    assertEquals("gone " + POLICY + "|address-used-after-ttl", only(uses.drain()));
    uses.dropped(52_000, "shop/a", ONE, name -> POLICIES);
    assertEquals(List.of(), uses.drain());
  }

  @Test
  void whatIsNotSeenAgainIsOver() {
    StaleUses uses = new StaleUses(60_000);
    uses.ended(ONE, use(10_000, 5));
    uses.dropped(50_000, "shop/a", ONE, name -> POLICIES);
    only(uses.drain());
    uses.passed(110_000);
    assertEquals(List.of(), uses.drain());
    uses.passed(110_001);
    assertTrue(only(uses.drain()).startsWith("gone "));
    assertTrue(uses.isQuiet());
  }

  @Test
  void questionsPastTheProxyAreToldUntilTheyPassIt() {
    LookupsPastProxy lookups = new LookupsPastProxy(60_000);
    IpAddress server = IpAddress.parse("10.0.1.53");
    for (int i = 1; i <= 5; i++) {
      lookups.asked(1000, new SeenUse("shop/pay-" + i, NAME, server), POLICIES);
    }
    String told = only(lookups.drain());
    assertTrue(told.contains("shop/pay-1 asked 10.0.1.53 for api.stripe.com past the DNS proxy"));
    assertTrue(told.contains("rules: {dns: [{matchName: api.stripe.com}]}"), told);
    assertTrue(told.endsWith("; and 2 more"), told);
    lookups.proxied("shop/pay-1", "other.name");
    assertEquals(List.of(), lookups.drain());
    lookups.recheck(about -> about.pod().equals("shop/pay-5") ? POLICIES : Set.of());
    assertTrue(only(lookups.drain()).startsWith("shop/pay-5 asked"));
    lookups.proxied("shop/pay-5", NAME);
    assertEquals("gone " + POLICY + "|name-past-proxy", only(lookups.drain()));
  }

  private static UnaskedNames unasked() {
    UnaskedNames names = new UnaskedNames(10_000);
    names.selector("s", FqdnFoldTest.exactly(NAME), List.of(POLICY), false);
    names.selector("t", FqdnFoldTest.under("other.test"), List.of(POLICY), false);
    return names;
  }

  @Test
  void namesThatNobodyAsksForAreToldAfterAWhile() {
    UnaskedNames names = unasked();
    assertEquals(List.of(), names.drain());
    assertEquals(0, names.nextMillis(), "what time it is has to be told");
    names.passed(1_000_000);
    names.drain();
    assertEquals(1_010_000, names.nextMillis());
    names.passed(1_009_999);
    assertEquals(List.of(), names.drain());
    names.passed(1_010_000);
    String told = only(names.drain());
    assertTrue(told.contains("(matchName: api.stripe.com, matchPattern: **.other.test)"), told);
    assertEquals(Long.MAX_VALUE, names.nextMillis());
    names.answered("x.other.test");
    assertEquals("gone " + POLICY + "|names-not-asked", only(names.drain()));
    names.passed(9_000_000);
    assertEquals(List.of(), names.drain());
  }

  @Test
  void aPolicyThatGoesTakesItsFindingsWithIt() {
    UnaskedNames names = unasked();
    names.passed(1000);
    names.drain();
    names.passed(11_000);
    only(names.drain());
    names.selector("s", FqdnFoldTest.exactly(NAME), List.of("CiliumNetworkPolicy/shop/x"), false);
    names.selectorGone("t");
    assertEquals("gone " + POLICY + "|names-not-asked", only(names.drain()));
  }

  @Test
  void aNewLifeGoesOnWithWhatAFormerOneTold() {
    UnaskedNames former = unasked();
    former.passed(1000);
    former.drain();
    former.passed(11_000);
    NameFinding told = former.drain().getFirst().value();
    UnaskedNames again = new UnaskedNames(10_000);
    again.restore(List.of(told));
    again.selector("s", FqdnFoldTest.exactly(NAME), List.of(POLICY), false);
    again.selector("t", FqdnFoldTest.under("other.test"), List.of(POLICY), false);
    again.passed(12_000);
    assertEquals(List.of(), again.drain(), "it is still so");
    UnaskedNames gone = new UnaskedNames(10_000);
    gone.restore(List.of(told));
    assertTrue(only(gone.drain()).startsWith("gone "));
    UnaskedNames asked = new UnaskedNames(10_000);
    asked.restore(List.of(told));
    asked.selector("s", FqdnFoldTest.exactly(NAME), List.of(POLICY), true);
    assertTrue(only(asked.drain()).startsWith("gone "));
  }

  @Test
  void namesWithTooManyAddressesAreCounted() {
    CrowdedNames crowded = new CrowdedNames(3);
    assertEquals(List.of(), crowded.look(1000, Map.of(), name -> POLICIES));
    String told = only(crowded.look(1000, Map.of(NAME, 2L), name -> POLICIES));
    assertTrue(told.contains("more than 3 addresses"), told);
    assertTrue(told.contains("api.stripe.com: 2"), told);
    assertEquals(List.of(), crowded.look(2000, Map.of(NAME, 2L), name -> POLICIES));
    assertTrue(only(crowded.look(3000, Map.of(), name -> POLICIES)).startsWith("gone "));
  }

  @Test
  void namesWithoutRoomAreToldWithTheirReasonAndTakenBack() {
    NamesWithoutRoom room = new NamesWithoutRoom();
    NamesWithoutRoom.LeftOut of =
        new NamesWithoutRoom.LeftOut(
            List.of("matchPattern: *.stripe.com"),
            new NoRoom(300, 120, 100),
            "the pods with app=pay in shop",
            List.copyOf(POLICIES));
    assertEquals(
        "there is no room for addresses under matchPattern: *.stripe.com: with them the pods with"
            + " app=pay in shop (identity 300) would need 120 entries in the policy map and may"
            + " have 100; pods that look the names up are answered SERVFAIL, and the addresses are"
            + " what they are without them: name fewer peers or ports, or raise policyMapEntries"
            + " of SluiceSettings cluster",
        only(room.look(1000, List.of(of))));
    assertEquals(List.of(), room.look(2000, List.of(of)), "it is still so");
    NamesWithoutRoom.LeftOut more =
        new NamesWithoutRoom.LeftOut(
            List.of("b", "c", "d"), new NoRoom(0, 9, 8), "", List.copyOf(POLICIES));
    String told = only(room.look(3000, List.of(of, more)));
    assertTrue(told.contains(" under b, c, d and 1 more: with them this node would need 9"), told);
    assertTrue(told.endsWith("or raise node.policy.entries"), told);
    assertEquals("gone " + POLICY + "|names-without-room", only(room.look(4000, List.of())));
  }
}
