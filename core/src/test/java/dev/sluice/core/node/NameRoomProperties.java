package dev.sluice.core.node;

import static dev.sluice.core.node.DesiredWorld.address;
import static dev.sluice.core.node.DesiredWorld.member;
import static dev.sluice.core.node.DesiredWorld.policy;
import static dev.sluice.core.node.DesiredWorld.put;
import static dev.sluice.core.node.DesiredWorld.remove;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.EnforcementMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Sets of names come and go in maps that have too little room for all of them. */
class NameRoomProperties {
  private static final int WORLD = 2;
  private static final int PREFIX = 0x80_0001;
  private static final int SETS = 0xc0_0000;
  private static final Set<Integer> LOCAL = Set.of(256, 257);

  /** What a node knows, in an order that its history has no part in. */
  private static final class Known {
    final TreeMap<String, DesiredRecord> rows = new TreeMap<>();
    final TreeMap<Integer, SelectorSet> sets = new TreeMap<>();
    final TreeMap<IpAddress, Integer> learned = new TreeMap<>();
    int capacity = 400;

    NodeFold fold(boolean roomy) {
      NodeFold fold = NodeFold.empty("node-1");
      fold.local(LOCAL);
      fold.capacity(roomy ? Integer.MAX_VALUE : capacity);
      rows.values().stream()
          .filter(row -> !(roomy && row instanceof DesiredRecord.Settings))
          .forEach(row -> fold.apply(put(row)));
      sets.forEach(fold::set);
      learned.forEach(fold::learned);
      return fold;
    }

    int each() {
      return rows.get(DesiredRecord.Settings.KEY) instanceof DesiredRecord.Settings settings
          ? settings.settings().policyMapEntries()
          : ClusterSettings.DEFAULT.policyMapEntries();
    }
  }

  @Provide
  Arbitrary<DirectionPolicy> policies() {
    return RandomRules.policies();
  }

  @Property(tries = 150)
  void whoIsLeftOutFollowsFromWhatIsKnownAlone(
      @ForAll @Size(4) List<@From("policies") DirectionPolicy> policies, @ForAll Random random) {
    Known known = new Known();
    NodeFold fold = known.fold(false);
    for (int step = 0; step < 25; step++) {
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        change(known, fold, policies, random);
      }
      NodeFold fresh = known.fold(false);
      assertEquals(fresh.withoutRoom(), fold.withoutRoom());
      assertEquals(entries(fresh), entries(fold));
      check(known, fold);
    }
  }

  private static void change(
      Known known, NodeFold fold, List<DirectionPolicy> policies, Random random) {
    int number = SETS + random.nextInt(6);
    IpAddress address = IpAddress.parse("203.0.113." + random.nextInt(4));
    switch (random.nextInt(9)) {
      case 0 -> apply(known, fold, subject(policies, random));
      case 1 -> {
        DesiredRecord row = member("s" + (1 + random.nextInt(3)), peer(random));
        if (known.rows.containsKey(row.key())) {
          known.rows.remove(row.key());
          fold.apply(remove(row));
        } else {
          apply(known, fold, row);
        }
      }
      case 2 -> apply(known, fold, settings(5 + random.nextInt(120)));
      case 3 -> {
        known.capacity = 50 + random.nextInt(400);
        fold.capacity(known.capacity);
      }
      case 4 -> {
        known.sets.remove(number);
        fold.setGone(number);
      }
      case 5, 6 -> {
        List<String> selectors =
            new TreeSet<>(List.of("s" + (1 + random.nextInt(3)), "s" + (1 + random.nextInt(3))))
                .stream().toList();
        SelectorSet set = new SelectorSet(selectors, random.nextBoolean() ? WORLD : PREFIX);
        known.sets.put(number, set);
        fold.set(number, set);
      }
      case 7 -> {
        int identity = known.sets.containsKey(number) ? number : 0;
        known.learned.put(address, identity);
        fold.learned(address, identity);
      }
      default -> apply(known, fold, address(address + "/32", PREFIX, 0));
    }
    known.learned.values().removeIf(each -> each != 0 && !known.sets.containsKey(each));
    for (IpAddress each : List.of(address)) {
      fold.learned(each, known.learned.getOrDefault(each, 0));
    }
    for (int last = 0; last < 4; last++) {
      IpAddress each = IpAddress.parse("203.0.113." + last);
      fold.learned(each, known.learned.getOrDefault(each, 0));
    }
  }

  private static void apply(Known known, NodeFold fold, DesiredRecord row) {
    known.rows.put(row.key(), row);
    fold.apply(put(row));
  }

  private static DesiredRecord subject(List<DirectionPolicy> policies, Random random) {
    return policy(
        256 + random.nextInt(3),
        policies.get(random.nextInt(policies.size())),
        policies.get(random.nextInt(policies.size())));
  }

  private static int peer(Random random) {
    return List.of(WORLD, PREFIX, 300, 301, 302, 303).get(random.nextInt(6));
  }

  private static DesiredRecord settings(int entries) {
    return new DesiredRecord.Settings(
        new ClusterSettings(EnforcementMode.DEFAULT, entries, "", List.of()));
  }

  private static void check(Known known, NodeFold fold) {
    SortedMap<Integer, NoRoom> without = fold.withoutRoom();
    List<PolicyEntry> held = policies(fold);
    List<PolicyEntry> roomy = policies(known.fold(true));
    boolean names = held.stream().anyMatch(entry -> entry.key().peer() >= SETS);
    if (names) {
      assertTrue(held.size() <= known.capacity, "names fill no map");
    }
    for (int subject : LOCAL) {
      List<PolicyEntry> own = held.stream().filter(e -> e.key().subject() == subject).toList();
      if (own.stream().anyMatch(entry -> entry.key().peer() >= SETS)) {
        assertTrue(own.size() <= known.each(), "nor what one subject may have");
      }
    }
    assertEquals(
        keys(roomy, entry -> !without.containsKey(entry)),
        keys(held, peer -> true),
        "what is left out is whole sets, and nothing else is another");
    without.values().forEach(why -> assertTrue(why.needed() > why.allowed(), why::toString));
    known.learned.forEach(
        (address, number) -> {
          int base = known.rows.containsKey("address/" + address + "/32") ? PREFIX : 0;
          boolean says = base == 0 || base == known.sets.getOrDefault(number, NOBODY).base();
          int expected = number == 0 || without.containsKey(number) || !says ? base : number;
          assertEquals(expected, identity(fold, address), address::toString);
        });
  }

  private static final SelectorSet NOBODY = new SelectorSet(List.of(), 0);

  private static int identity(NodeFold fold, IpAddress address) {
    return fold.wanted().stream()
        .filter(entry -> entry.key().equals(new AddressKey(address.single())))
        .mapToInt(entry -> ((AddressEntry) entry).identity())
        .findFirst()
        .orElse(0);
  }

  private static List<PolicyEntry> policies(NodeFold fold) {
    List<PolicyEntry> all = new ArrayList<>();
    fold.wanted()
        .forEach(
            entry -> {
              if (entry instanceof PolicyEntry policy) {
                all.add(policy);
              }
            });
    return all;
  }

  private static Set<String> keys(
      List<PolicyEntry> entries, java.util.function.IntPredicate ofPeer) {
    return entries.stream()
        .filter(entry -> ofPeer.test(entry.key().peer()))
        .map(entry -> entry.key() + " " + entry.verdict())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Without cookies, which each fold numbers in its own order. */
  private static Map<String, String> entries(NodeFold fold) {
    Map<String, String> all = new TreeMap<>();
    for (KernelEntry entry : fold.wanted()) {
      all.put(
          entry.key().toString(),
          entry instanceof PolicyEntry policy ? policy.verdict().toString() : entry.toString());
    }
    return all;
  }
}
