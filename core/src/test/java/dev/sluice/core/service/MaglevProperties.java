package dev.sluice.core.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Shares are equal, and few connections of backends that stay move when one comes or goes. */
class MaglevProperties {
  private static final int SIZE = Maglev.DEFAULT_SIZE;

  private static List<Target> backends(Random random, int count) {
    Set<Target> all = new LinkedHashSet<>();
    while (all.size() < count) {
      IpAddress address =
          random.nextBoolean()
              ? IpAddress.v4(0x0a000000 | random.nextInt(1 << 16))
              : new IpAddress(true, 0xfd00_0010_0000_0000L, random.nextInt(1 << 16));
      all.add(new Target(address, 1 + random.nextInt(3)));
    }
    return new ArrayList<>(all);
  }

  /** The backend of each place. */
  private static Target[] table(int size, List<Target> backends) {
    List<Target> sorted = new ArrayList<>(new TreeSet<>(backends));
    int[] places = Maglev.places(size, backends);
    Target[] table = new Target[places.length];
    for (int place = 0; place < table.length; place++) {
      table[place] = sorted.get(places[place]);
    }
    return table;
  }

  @Property(tries = 30)
  void eachBackendHasItsShareWithinFivePercent(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 150) int count) {
    List<Target> backends = backends(new Random(seed), count);
    Target[] table = table(SIZE, backends);
    assertEquals(SIZE, table.length);
    double share = (double) SIZE / count;
    for (Target backend : backends) {
      int has = Collections.frequency(List.of(table), backend);
      assertTrue(Math.abs(has - share) <= Math.max(1, 0.05 * share), has + " of " + share);
    }
  }

  /**
   * Of one that goes it is 0.7 % as a rule, and over 1 in one of a hundred sets of backends: so
   * several sets, of which twenty go, each alone.
   */
  @Property(tries = 3)
  void atMostOneInAHundredPlacesOfTheOthersMovesWhenOneOfAHundredGoes(@ForAll long seed) {
    Random random = new Random(seed);
    int moved = 0;
    int stayed = 0;
    for (int set = 0; set < 5; set++) {
      List<Target> backends = backends(random, 100);
      Target[] before = table(SIZE, backends);
      for (Target gone : backends.subList(0, 20)) {
        List<Target> left = new ArrayList<>(backends);
        left.remove(gone);
        Target[] after = table(SIZE, left);
        for (int place = 0; place < SIZE; place++) {
          if (!before[place].equals(gone)) {
            stayed++;
            moved += before[place].equals(after[place]) ? 0 : 1;
          }
        }
      }
    }
    assertTrue(moved <= stayed / 100, moved + " of " + stayed + " moved");
  }

  @Property(tries = 50)
  void theOrderInWhichBackendsAreToldDoesNotMatter(@ForAll long seed) {
    Random random = new Random(seed);
    List<Target> backends = backends(random, 1 + random.nextInt(20));
    Target[] before = table(251, backends);
    Collections.shuffle(backends, random);
    assertArrayEquals(before, table(251, backends));
  }

  @Property(tries = 50)
  void whoKeepsItsSeatKeepsItHoweverTheOthersChange(@ForAll long seed) {
    Random random = new Random(seed);
    List<Target> pool = backends(random, 30);
    Seats seats = Seats.NONE;
    for (int step = 0; step < 20; step++) {
      Collections.shuffle(pool, random);
      Seats before = seats;
      seats = before.with(pool.subList(0, random.nextInt(pool.size())));
      assertEquals(seats.size(), new TreeSet<>(seats.all().values()).size(), "two on one seat");
      seats
          .all()
          .forEach(
              (target, seat) ->
                  assertEquals(before.all().getOrDefault(target, seat), seat, "moved"));
    }
  }

  @Example
  void onlyPrimesAreSizes() {
    assertEquals(16_381, Maglev.checkedSize(16_381));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Maglev.checkedSize(16_384));
    assertTrue(refused.getMessage().endsWith("write 16411"), refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Maglev.checkedSize(2));
    assertThrows(IllegalArgumentException.class, () -> Maglev.checkedSize(1_000_003));
  }
}
