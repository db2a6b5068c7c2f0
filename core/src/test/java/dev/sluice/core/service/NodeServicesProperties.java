package dev.sluice.core.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.service.LbEntry.FrontendEntry;
import dev.sluice.core.service.LbEntry.Scope;
import dev.sluice.core.service.LbEntry.SlotKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Plans lead where they should, by a way on which no reader ever misses a backend. */
class NodeServicesProperties {

  @Property(tries = 200)
  void plansAreDifferencesAndEveryStepOfThemIsWhole(@ForAll long seed) {
    Random random = new Random(seed);
    ServiceFold fold = new ServiceFold();
    boolean direct = random.nextBoolean();
    NodeServices services = new NodeServices("n0", 251, direct);
    Map<LbEntry.Key, LbEntry> kernel = new HashMap<>();
    for (ObjectEvent event : ServiceFoldProperties.events(random)) {
      fold.fold(event);
      fold.drain().forEach(services::apply);
      assertEquals(new HashSet<>(kernel.values()), new HashSet<>(services.held()));
      if (random.nextInt(3) > 0) {
        continue;
      }
      if (random.nextInt(4) == 0) { // a restart: only the kernel remembers
        services = new NodeServices("n0", 251, direct);
        fold.image().forEach(services::apply);
        write(services.planFrom(List.copyOf(kernel.values())), kernel);
      } else {
        write(services.plan(), kernel);
      }
      assertEquals(new HashSet<>(services.wanted()), new HashSet<>(kernel.values()));
      services.realised();
      assertTrue(services.plan().isEmpty());
      assertTrue(services.planFrom(List.copyOf(kernel.values())).isEmpty());
    }
  }

  @Property(tries = 100)
  void aBackendThatGoesCostsAsMuchInALargeGroupAsInASmallOne(@ForAll long seed) {
    Random random = new Random(seed);
    List<LbEntry.Target> all = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(300); i++) {
      all.add(new LbEntry.Target(dev.sluice.core.net.IpAddress.v4(i), 80));
    }
    Slots before = Slots.NONE.with(all);
    List<LbEntry.Target> left = new ArrayList<>(all);
    left.remove(random.nextInt(left.size()));
    Slots after = before.with(left);
    int moved = 0;
    for (int slot = 0; slot < after.size(); slot++) {
      moved += after.get(slot).equals(before.get(slot)) ? 0 : 1;
    }
    assertTrue(moved <= 1, moved + " moved");
    assertEquals(Set.copyOf(left), Set.copyOf(after.all()));
  }

  /** Writes step by step, as the kernel sees it. */
  private static void write(LbPlan plan, Map<LbEntry.Key, LbEntry> kernel) {
    for (LbEntry entry : plan.puts()) {
      kernel.put(entry.key(), entry);
      check(kernel);
    }
    for (LbEntry.Key key : plan.deletes()) {
      kernel.remove(key);
      check(kernel);
    }
    assertEquals(size(kernel), plan.after());
  }

  private static LbSizes size(Map<LbEntry.Key, LbEntry> kernel) {
    LbSizes sizes = LbSizes.NONE;
    for (LbEntry.Key key : kernel.keySet()) {
      sizes = sizes.plus(key, 1);
    }
    return sizes;
  }

  private static void check(Map<LbEntry.Key, LbEntry> kernel) {
    for (LbEntry entry : kernel.values()) {
      if (entry instanceof FrontendEntry frontend) {
        counted(kernel, frontend.inside(), frontend.insideCount());
        if (frontend.outsideCount() > 0) {
          seated(kernel, frontend.outside());
        }
      }
    }
  }

  private static void seated(Map<LbEntry.Key, LbEntry> kernel, Scope scope) {
    LbEntry found = kernel.get(new LbEntry.TableKey(scope));
    assertTrue(found instanceof LbEntry.TableEntry, scope + " has no table");
    SeatTable table = ((LbEntry.TableEntry) found).table();
    for (int place = 0; place < table.size(); place++) {
      LbEntry.SeatKey seat = new LbEntry.SeatKey(scope, table.seat(place));
      assertTrue(kernel.containsKey(seat), scope + " lacks seat " + seat.seat());
    }
  }

  private static void counted(Map<LbEntry.Key, LbEntry> kernel, Scope scope, int count) {
    for (int slot = 0; slot < count; slot++) {
      assertTrue(kernel.containsKey(new SlotKey(scope, slot)), scope + " lacks slot " + slot);
    }
  }
}
