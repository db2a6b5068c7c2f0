package dev.sluice.core.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The fold of names over random worlds: what may not matter does not. */
final class FqdnFoldProperties {
  private static final AddressLife LIFE = new AddressLife(5_000, 4_000, 1_000, 1_000);
  private static final List<String> NAMES =
      List.of("a.example", "b.example", "x.a.example", "y.a.example", "other.test");

  private static FqdnFold fold() {
    FqdnFold fold = FqdnFold.empty(LIFE);
    fold.selector("e", FqdnFoldTest.exactly("a.example"));
    fold.selector("p", FqdnFoldTest.under("example"));
    fold.selector("q", FqdnFoldTest.under("a.example"));
    fold.drain();
    return fold;
  }

  private static List<DnsEvent> events(long seed) {
    Random random = new Random(seed);
    List<DnsEvent> events = new ArrayList<>();
    long time = 1_000;
    for (int i = 0; i < 40; i++) {
      time += random.nextInt(3_000);
      IpAddress address = IpAddress.v4(0xcb007100 + random.nextInt(6));
      events.add(
          switch (random.nextInt(4)) {
            case 0 -> new DnsEvent.Used(time, "node-2", List.of(address));
            case 1 -> new DnsEvent.Passed(time);
            default ->
                FqdnFoldTest.answer(
                    time, NAMES.get(random.nextInt(NAMES.size())), random.nextInt(12), address);
          });
    }
    return events;
  }

  /** Address to the selectors that hold for it; numbers may differ, meaning may not. */
  private static Map<String, Object> meaning(FqdnFold fold) {
    Map<Integer, SelectorSet> sets = new HashMap<>();
    fold.rows().forEach(row -> remember(row, sets));
    Map<String, Object> meaning = new TreeMap<>();
    for (FqdnRecord row : fold.rows()) {
      if (row instanceof LearnedAddress learned) {
        meaning.put(
            row.key(),
            List.of(
                learned.identity() == 0 ? "nobody" : sets.get(learned.identity()),
                learned.names().stream().map(n -> n.name() + "@" + n.untilMillis()).toList(),
                learned.usedUntilMillis()));
      }
    }
    return meaning;
  }

  private static void remember(FqdnRecord row, Map<Integer, SelectorSet> sets) {
    if (row instanceof NumberedSet set) {
      sets.put(set.number(), set.set());
    }
  }

  @Property(tries = 300)
  void batchesDoNotMatter(@ForAll long seed) {
    FqdnFold each = fold();
    FqdnFold atOnce = fold();
    for (DnsEvent event : events(seed)) {
      each.apply(event);
      each.drain();
      atOnce.apply(event);
    }
    atOnce.drain();
    assertEquals(meaning(each), meaning(atOnce));
  }

  @Property(tries = 300)
  void duplicatesDoNotMatter(@ForAll long seed) {
    FqdnFold once = fold();
    FqdnFold twice = fold();
    for (DnsEvent event : events(seed)) {
      once.apply(event);
      twice.apply(event);
      twice.apply(event);
    }
    once.drain();
    twice.drain();
    assertEquals(meaning(once), meaning(twice));
  }

  @Property(tries = 300)
  void theOrderOfAnswersOfOneMomentDoesNotMatter(@ForAll long seed) {
    List<DnsEvent> moment = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Random random = new Random(seed + i);
      moment.add(
          FqdnFoldTest.answer(
              5_000,
              NAMES.get(random.nextInt(NAMES.size())),
              random.nextInt(30),
              IpAddress.v4(0xcb007100 + random.nextInt(6))));
    }
    FqdnFold straight = fold();
    moment.forEach(straight::apply);
    straight.drain();
    Collections.shuffle(moment, new Random(seed));
    FqdnFold shuffled = fold();
    moment.forEach(shuffled::apply);
    shuffled.drain();
    assertEquals(meaning(straight), meaning(shuffled));
  }

  @Property(tries = 300)
  void aRestartAnywhereDoesNotMatter(@ForAll long seed) {
    FqdnFold straight = fold();
    FqdnFold restarted = fold();
    int at = 0;
    for (DnsEvent event : events(seed)) {
      straight.apply(event);
      straight.drain();
      restarted.apply(event);
      restarted.drain();
      if (++at % 7 == 0) {
        restarted = FqdnFold.restore(LIFE, restarted.rows());
        restarted.selector("e", FqdnFoldTest.exactly("a.example"));
        restarted.selector("p", FqdnFoldTest.under("example"));
        restarted.selector("q", FqdnFoldTest.under("a.example"));
        assertEquals(List.of(), restarted.drain());
      }
    }
    assertEquals(meaning(straight), meaning(restarted));
  }

  /** Policies and questions are in two topics: which of them is read first, nothing says. */
  @Property(tries = 300)
  void aSetThatIsAskedForHasANumberOnceItsPoliciesAreKnown(@ForAll long seed) {
    Random random = new Random(seed);
    FqdnFold fold = FqdnFold.empty(LIFE);
    Set<SelectorSet> asked = new TreeSet<>();
    List<Runnable> steps = new ArrayList<>();
    steps.add(() -> fold.selector("e", FqdnFoldTest.exactly("a.example")));
    steps.add(() -> fold.selector("p", FqdnFoldTest.under("example")));
    steps.add(() -> fold.selector("q", FqdnFoldTest.under("a.example")));
    for (List<String> ids : List.of(List.of("e", "q"), List.of("p", "q"), List.of("e", "p", "q"))) {
      SelectorSet set = new SelectorSet(ids, random.nextBoolean() ? 2 : 0xff_0001);
      asked.add(set);
      long time = random.nextLong(FqdnFold.WANTED_MILLIS);
      steps.add(() -> fold.apply(new DnsEvent.Wanted(time, "node-1", set)));
    }
    long later = random.nextLong(FqdnFold.WANTED_MILLIS);
    steps.add(() -> fold.apply(new DnsEvent.Passed(later)));
    Collections.shuffle(steps, random);
    for (Runnable step : steps) {
      step.run();
      if (random.nextBoolean()) {
        fold.drain();
      }
    }
    fold.drain();
    Map<Integer, SelectorSet> sets = new HashMap<>();
    fold.rows().forEach(row -> remember(row, sets));
    asked.removeAll(sets.values());
    assertEquals(Set.of(), asked);
  }

  @Property(tries = 300)
  void whatIsGivenOutIsTheState(@ForAll long seed) {
    FqdnFold fold = fold();
    Map<String, FqdnRecord> mirror = new HashMap<>();
    fold.rows().forEach(row -> mirror.put(row.key(), row));
    for (DnsEvent event : events(seed)) {
      fold.apply(event);
      for (Change<FqdnRecord> change : fold.drain()) {
        if (change.isRemoval()) {
          mirror.remove(change.key());
        } else {
          mirror.put(change.key(), change.value());
          if (change.value() instanceof LearnedAddress learned && learned.identity() != 0) {
            assertEquals(true, mirror.containsKey("set/" + learned.identity()), "set first");
          }
        }
      }
    }
    Map<String, FqdnRecord> held = new HashMap<>();
    fold.rows().forEach(row -> held.put(row.key(), row));
    assertEquals(held, mirror);
  }
}
