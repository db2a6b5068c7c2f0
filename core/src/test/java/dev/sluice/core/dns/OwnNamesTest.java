package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What endpoints were answered alone: for whom it counts, and how long. */
final class OwnNamesTest {
  private static final IpAddress ONE = IpAddress.parse("203.0.113.1");
  private static final int POD = 7;
  private static final OwnNames.Key KEY = new OwnNames.Key(POD, ONE);
  private static final int STRIPE = 0xc0_0001;
  private static final int OTHER = 0xc0_0002;
  private static final int BOTH = 0xc0_0003;

  /** Answers hold a minute at least, and are believed in for half a minute more. */
  private static final AddressLife LIFE = new AddressLife(60_000, 30_000, 10_000, 1_000);

  private final NodeNames names = new NodeNames();

  OwnNamesTest() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    selector("o", "fqdn:matchName: other.com,reserved:world");
    set(STRIPE, "s");
    set(OTHER, "o");
    names.drain();
  }

  private void selector(String id, String text) {
    DesiredRecord.Selector selector = new DesiredRecord.Selector(id, text, List.of());
    names.desired(Change.upsert(DesiredRecord.Selector.class, selector.key(), selector));
  }

  private void set(int number, String... selectors) {
    NumberedSet set = new NumberedSet(number, new SelectorSet(List.of(selectors), 2));
    names.row(Change.upsert(NumberedSet.class, set.key(), set));
  }

  private void shared(int identity, String name) {
    NameUse use = new NameUse(name, 9, 1, 5, "", "", "", "");
    LearnedAddress row = new LearnedAddress(ONE, identity, 0, List.of(use));
    names.row(Change.upsert(LearnedAddress.class, row.key(), row));
  }

  private static DnsEvent.Answered answer(long time, String name, long ttl, IpAddress... all) {
    return (DnsEvent.Answered) FqdnFoldTest.answer(time, name, (int) ttl, all);
  }

  private void answered(long time, String name) {
    names.answeredAlone(new OwnNames.Own(POD, answer(time, name, 5, ONE)), LIFE);
  }

  @Test
  void itCountsForTheAskerAlone() {
    answered(1000, "api.stripe.com");
    NodeNames.Step step = names.drain();
    assertEquals(Map.of(), step.addresses());
    assertEquals(Map.of(KEY, STRIPE), step.own());
    assertTrue(names.usable(POD, "api.stripe.com", ONE));
    assertFalse(names.usable(POD + 1, "api.stripe.com", ONE));
    assertFalse(names.usable("api.stripe.com", ONE));
    assertEquals(List.of(), names.unconfirmed());
  }

  @Test
  void whatEverybodyKnowsNeedsNoEntryOfItsOwn() {
    answered(1000, "api.stripe.com");
    names.drain();
    shared(STRIPE, "api.stripe.com");
    assertEquals(Map.of(KEY, 0), names.drain().own());
    assertTrue(names.usable(POD, "api.stripe.com", ONE));
  }

  @Test
  void itAddsToWhatEverybodyKnowsOnceTheSetHasANumber() {
    shared(OTHER, "other.com");
    answered(1000, "api.stripe.com");
    assertEquals(Map.of(), names.drain().own());
    assertFalse(names.usable(POD, "api.stripe.com", ONE));
    assertTrue(names.usable(POD, "other.com", ONE), "everybody's stays");
    assertEquals(Set.of(new SelectorSet(List.of("o", "s"), 2)), names.unnumbered());
    set(BOTH, "o", "s");
    assertEquals(Map.of(KEY, BOTH), names.drain().own());
    assertTrue(names.usable(POD, "api.stripe.com", ONE));
    assertEquals(Set.of(), names.unnumbered());
    assertEquals(Set.of(new SelectorSet(List.of("o", "s"), 2)), names.neededAlone());
  }

  @Test
  void itEndsWithItsTimeUnlessItIsInUse() {
    answered(1000, "api.stripe.com");
    names.drain();
    names.passed(1000 + 90_000 - 1, Set.of(POD));
    assertEquals(Map.of(), names.drain().own());
    names.usedAlone(POD, List.of(ONE), 200_000);
    names.passed(199_999, Set.of(POD));
    assertEquals(Map.of(), names.drain().own());
    names.passed(200_000, Set.of(POD));
    assertEquals(Map.of(KEY, 0), names.drain().own());
  }

  @Test
  void itGoesWithItsEndpointAndWithThePolicy() {
    answered(1000, "api.stripe.com");
    names.drain();
    names.passed(1001, Set.of(POD + 1));
    assertEquals(Map.of(KEY, 0), names.drain().own());
    answered(1000, "api.stripe.com");
    names.drain();
    names.desired(Change.remove(DesiredRecord.Selector.class, "selector/s"));
    assertEquals(Map.of(KEY, 0), names.drain().own());
  }

  @Test
  void anAddressOfTheClusterIsNobodysOwn() {
    DesiredRecord.DesiredAddress pod =
        new DesiredRecord.DesiredAddress(
            new ClusterRecord.Address(ONE.single(), 300, "node-2", List.of(), 9, "shop", "a"));
    names.desired(Change.upsert(DesiredRecord.DesiredAddress.class, pod.key(), pod));
    answered(1000, "api.stripe.com");
    assertEquals(Map.of(), names.drain().own());
    assertTrue(names.usable(POD, "api.stripe.com", ONE), "names have no say");
  }

  @Test
  void anEndpointHasABoundedNumberAndTheSoonestToEndGoes() {
    for (int i = 0; i <= OwnNames.PER_ENDPOINT; i++) {
      IpAddress address = IpAddress.parse("198.51." + i / 250 + "." + (1 + i % 250));
      DnsEvent.Answered answer = answer(1000 + i, "api.stripe.com", 5, address);
      names.answeredAlone(new OwnNames.Own(POD, answer), LIFE);
    }
    Map<OwnNames.Key, Integer> own = names.drain().own();
    assertEquals(OwnNames.PER_ENDPOINT, own.size());
    assertFalse(own.containsKey(new OwnNames.Key(POD, IpAddress.parse("198.51.0.1"))));
    assertEquals(1, names.evictedAlone());
  }

  @Test
  void itIsRememberedWhole() {
    answered(1000, "api.stripe.com");
    answered(1000, "x.stripe.com");
    assertEquals(
        List.of("api.stripe.com", "x.stripe.com"),
        names.answeredAlone().stream().map(own -> own.answer().name()).toList());
  }
}
