package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** What a node makes of selectors, sets, rows and its own answers. */
final class NodeNamesTest {
  private static final IpAddress ONE = IpAddress.parse("203.0.113.1");
  private static final int NUMBER = 0xc0_0001;

  private final NodeNames names = new NodeNames();

  private void selector(String id, String text) {
    DesiredRecord.Selector selector = new DesiredRecord.Selector(id, text, List.of());
    names.desired(Change.upsert(DesiredRecord.Selector.class, selector.key(), selector));
  }

  private void set(int number, String... selectors) {
    NumberedSet set = new NumberedSet(number, new SelectorSet(List.of(selectors), 2));
    names.row(Change.upsert(NumberedSet.class, set.key(), set));
  }

  private void row(int identity) {
    row(identity, 1000);
  }

  private void row(int identity, long learned) {
    NameUse use = new NameUse("api.stripe.com", 9000, learned, 5, "", "", "", "");
    LearnedAddress row = new LearnedAddress(ONE, identity, 0, List.of(use));
    names.row(Change.upsert(LearnedAddress.class, row.key(), row));
  }

  private void answered() {
    names.answered((DnsEvent.Answered) FqdnFoldTest.answer(1000, "api.stripe.com", 5, ONE));
  }

  @Test
  void anAnswerUnderAPreparedSetIsUsableAtOnce() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    names.drain();
    assertFalse(names.usable("api.stripe.com", ONE));
    answered();
    assertEquals(Map.of(ONE, NUMBER), names.drain().addresses());
    assertTrue(names.usable("api.stripe.com", ONE));
  }

  @Test
  void anAnswerWhoseSetHasNoNumberWaitsForIt() {
    selector("s", "fqdn:matchName: api.stripe.com,reserved:world");
    answered();
    assertEquals(Map.of(), names.drain().addresses());
    assertFalse(names.usable("api.stripe.com", ONE));
    set(NUMBER, "s");
    assertEquals(Map.of(ONE, NUMBER), names.drain().addresses());
    assertTrue(names.usable("api.stripe.com", ONE));
  }

  @Test
  void aNameThatNoPolicySelectsNeedsNothing() {
    assertTrue(names.usable("example.com", ONE));
  }

  @Test
  void theTopicConfirmsAndTakesAway() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    answered();
    names.drain();
    assertEquals(1, names.unconfirmed().size());
    row(NUMBER);
    assertEquals(Map.of(), names.drain().addresses());
    assertEquals(0, names.unconfirmed().size());
    names.retain(Set.of("set/" + NUMBER));
    assertEquals(Map.of(), names.drain().addresses(), "nobody has looked for connections yet");
    assertEquals(List.of(), names.looked(names.leaving(), Set.of(), 9));
    assertEquals(Map.of(ONE, 0), names.drain().addresses());
  }

  private void gone(String key, Class<? extends FqdnRecord> kind) {
    names.row(Change.remove(kind, key));
  }

  @Test
  void anOlderWordOfTheTopicConfirmsNothing() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    row(NUMBER, 500);
    answered();
    assertEquals(Map.of(ONE, NUMBER), names.drain().addresses());
    assertEquals(1, names.unconfirmed().size());
    gone("address/" + ONE, LearnedAddress.class);
    assertEquals(Map.of(), names.drain().addresses(), "what a pod was answered holds");
    row(NUMBER, 1000);
    assertEquals(0, names.unconfirmed().size());
  }

  @Test
  void anAddressWithAConnectionStaysAndTheClusterIsToldOfItAgain() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    row(NUMBER);
    names.drain();
    gone("address/" + ONE, LearnedAddress.class);
    gone("set/" + NUMBER, NumberedSet.class);
    assertEquals(Set.of(ONE), names.leaving());
    List<DnsEvent.Answered> again = names.looked(names.leaving(), Set.of(ONE), 77_000);
    assertEquals("api.stripe.com", again.getFirst().name());
    assertEquals(77_000, again.getFirst().timeMillis());
    assertEquals(Map.of(ONE, 5L), again.getFirst().ttlSeconds());
    NodeNames.Step step = names.drain();
    assertEquals(List.of(), step.sets());
    assertEquals(Map.of(), step.addresses());
    names.looked(names.leaving(), Set.of(), 99_000);
    step = names.drain();
    assertEquals(Map.of(ONE, 0), step.addresses());
    assertEquals(List.of(), step.sets(), "the address could come back");
    names.lookedAgain(names.left(), Set.of(), 99_001);
    step = names.drain();
    assertEquals(Map.of(), step.addresses());
    assertEquals("set/" + NUMBER, step.sets().getFirst().key());
  }

  @Test
  void aConnectionThatWasOpenedAfterTheLookBringsItsAddressBack() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    row(NUMBER);
    names.drain();
    gone("address/" + ONE, LearnedAddress.class);
    names.looked(names.leaving(), Set.of(), 77_000);
    assertEquals(Set.of(), names.left(), "the kernel has it still");
    assertEquals(Map.of(ONE, 0), names.drain().addresses());
    assertEquals(Set.of(ONE), names.left());
    List<DnsEvent.Answered> told = names.lookedAgain(names.left(), Set.of(ONE), 77_010);
    assertEquals("api.stripe.com", told.getFirst().name());
    assertEquals(77_010, told.getFirst().timeMillis());
    assertEquals(Map.of(ONE, NUMBER), names.drain().addresses());
    assertEquals(Set.of(ONE), names.leaving());
    assertEquals(Set.of(), names.left());
  }

  @Test
  void whatIsLearnedAnewBeforeTheSecondLookStays() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    row(NUMBER);
    names.drain();
    gone("address/" + ONE, LearnedAddress.class);
    names.looked(names.leaving(), Set.of(), 77_000);
    names.drain();
    Set<IpAddress> left = names.left();
    row(NUMBER);
    names.lookedAgain(left, Set.of(ONE), 77_010);
    assertEquals(Map.of(ONE, NUMBER), names.drain().addresses());
    assertEquals(Set.of(), names.leaving());
  }

  @Test
  void whatAFormerProcessLeftStaysUntilConnectionsWereLookedFor() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    names.inherit(ONE, NUMBER);
    names.inherit(IpAddress.parse("203.0.113.2"), NUMBER + 1);
    assertEquals(
        Map.of(ONE, NUMBER), names.drain().addresses(), "a set that is gone means nothing");
    names.looked(names.leaving(), Set.of(ONE), 9);
    assertEquals(Map.of(), names.drain().addresses());
    names.looked(names.leaving(), Set.of(), 9);
    assertEquals(Map.of(ONE, 0), names.drain().addresses());
  }

  @Test
  void aPolicyThatGoesTakesItsAddressesAtOnce() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    row(NUMBER);
    names.drain();
    row(0);
    assertEquals(Map.of(ONE, 0), names.drain().addresses());
    assertEquals(Set.of(), names.leaving());
  }

  @Test
  void afterARestartEverythingIsGivenOutAgain() {
    selector("s", "fqdn:matchPattern: *.stripe.com,reserved:world");
    set(NUMBER, "s");
    row(NUMBER);
    names.drain();
    names.restart();
    NodeNames.Step step = names.drain();
    assertEquals(1, step.sets().size());
    assertEquals(Map.of(ONE, NUMBER), step.addresses());
  }

  @Test
  void anAddressWhoseSetHasNoRoomKeepsWhatItMayHave() {
    selector("s", "fqdn:matchName: api.stripe.com,reserved:world");
    selector("t", "fqdn:matchPattern: *.example.com,reserved:world");
    set(NUMBER, "s");
    set(NUMBER + 1, "s", "t");
    row(NUMBER);
    assertEquals(Map.of(ONE, NUMBER), names.drain().addresses());
    names.answered((DnsEvent.Answered) FqdnFoldTest.answer(1000, "a.example.com", 5, ONE));
    assertFalse(names.isWithoutRoom("a.example.com", ONE), "nobody has said so");
    assertTrue(names.withoutRoom(Set.of(NUMBER + 1)));
    assertFalse(names.withoutRoom(Set.of(NUMBER + 1)), "no news");
    assertEquals(Map.of(), names.drain().addresses());
    assertTrue(names.usable("api.stripe.com", ONE));
    assertFalse(names.usable("a.example.com", ONE));
    assertTrue(names.isWithoutRoom("a.example.com", ONE));
    assertFalse(names.isWithoutRoom("api.stripe.com", ONE));
    names.withoutRoom(Set.of(NUMBER, NUMBER + 1));
    assertEquals(Map.of(ONE, 0), names.drain().addresses());
    assertFalse(names.usable("api.stripe.com", ONE));
    names.withoutRoom(Set.of());
    assertEquals(Map.of(ONE, NUMBER + 1), names.drain().addresses());
    assertTrue(names.usable("a.example.com", ONE));
  }

  @Test
  void whatOneEndpointWasAnsweredAloneNeedsRoomToo() {
    selector("s", "fqdn:matchName: api.stripe.com,reserved:world");
    set(NUMBER, "s");
    names.withoutRoom(Set.of(NUMBER));
    DnsEvent.Answered answer =
        (DnsEvent.Answered) FqdnFoldTest.answer(1000, "api.stripe.com", 5, ONE);
    names.answeredAlone(new OwnNames.Own(7, answer), new AddressLife(1000, 0, 0, 1));
    assertEquals(Map.of(), names.drain().own());
    assertTrue(names.isWithoutRoom(7, "api.stripe.com", ONE));
    names.withoutRoom(Set.of());
    assertEquals(Map.of(new OwnNames.Key(7, ONE), NUMBER), names.drain().own());
    assertFalse(names.isWithoutRoom(7, "api.stripe.com", ONE));
  }
}
