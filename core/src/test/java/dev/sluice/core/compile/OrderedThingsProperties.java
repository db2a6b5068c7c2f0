package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** {@link LabelIndex.Ordered} is a sorted set, whatever comes and goes in whatever order. */
class OrderedThingsProperties {
  /**
   * @param steps even: half of it comes; odd: half of it goes
   */
  @Property(tries = 1_000)
  void isASortedSet(@ForAll @Size(max = 200) List<@IntRange(min = 0, max = 79) Integer> steps) {
    LabelIndex.Ordered<Integer> things = new LabelIndex.Ordered<>();
    TreeSet<Integer> wanted = new TreeSet<>();
    for (int step : steps) {
      int thing = step / 2;
      if (step % 2 == 0) {
        assertEquals(wanted.add(thing), things.add(thing), "comes: " + thing);
      } else {
        assertEquals(wanted.remove(thing), things.take(thing), "goes: " + thing);
      }
      assertEquals(wanted.size(), things.size());
      assertEquals(List.copyOf(wanted), List.copyOf(things));
    }
  }
}
