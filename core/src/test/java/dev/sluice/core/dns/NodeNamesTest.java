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
    NameUse use = new NameUse("api.stripe.com", 9, 1, 5, "", "", "", "");
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
    assertEquals(Map.of(ONE, 0), names.drain().addresses());
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
}
