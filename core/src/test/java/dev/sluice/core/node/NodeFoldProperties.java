package dev.sluice.core.node;

import static dev.sluice.core.node.DesiredWorld.address;
import static dev.sluice.core.node.DesiredWorld.member;
import static dev.sluice.core.node.DesiredWorld.policy;
import static dev.sluice.core.node.DesiredWorld.put;
import static dev.sluice.core.node.DesiredWorld.remove;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.log.Change;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * Random worlds, changed a group at a time, written into a kernel that enforces the contract; the
 * writer dies, is refused, and starts again.
 */
class NodeFoldProperties {
  private static final MapSizes ROOMY = new MapSizes(100_000, 100_000, 100_000);

  /** What topic desired holds: identities with a policy each, memberships, and addresses. */
  private static final class World {
    private final List<DirectionPolicy> policies;
    private final Random random;
    private final TreeMap<String, DesiredRecord> rows = new TreeMap<>();
    private final TreeMap<Integer, Set<String>> members = new TreeMap<>();
    private final TreeMap<String, Integer> addresses = new TreeMap<>();

    private World(List<DirectionPolicy> policies, Random random) {
      this.policies = policies;
      this.random = random;
    }

    /** Moves on by a few changes; returns them in the order of the topic. */
    private List<Change<DesiredRecord>> next() {
      Map<String, DesiredRecord> before = new TreeMap<>(rows);
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        change(256 + random.nextInt(6));
      }
      return difference(before);
    }

    private void change(int identity) {
      switch (random.nextInt(6)) {
        case 0 -> repolicy(identity);
        case 1 -> remember(identity);
        case 4 -> rename(identity);
        case 2, 3 -> {
          repolicy(identity);
          readdress("10.0.1." + (10 + random.nextInt(4)) + "/32", identity);
        }
        default -> forget(identity);
      }
    }

    private void rename(int identity) {
      int ports = random.nextInt(3);
      List<NamedPort> named =
          List.of(new NamedPort("http", 80, "TCP"), new NamedPort("dns", 1023, "UDP"));
      DesiredRecord row = new DesiredRecord.IdentityPorts(identity, named.subList(0, ports));
      rows.remove(row.key());
      if (ports > 0) {
        put(row);
      }
    }

    private void repolicy(int identity) {
      put(policy(identity, variant(any(policies)), variant(any(policies))));
      if (!members.containsKey(identity)) {
        remember(identity);
      }
    }

    /** Often the same policy with one rule less: most of it stays as it was. */
    private DirectionPolicy variant(DirectionPolicy policy) {
      if (policy.rules().isEmpty() || random.nextBoolean()) {
        return policy;
      }
      List<DesiredRecord.CompiledRule> rules = new ArrayList<>(policy.rules());
      rules.remove(random.nextInt(rules.size()));
      return new DirectionPolicy(policy.enforced(), policy.enforcedBy(), policy.auditedBy(), rules);
    }

    private void remember(int identity) {
      Set<String> now = new TreeSet<>();
      for (String selector : RandomRules.SELECTORS.subList(1, 4)) {
        if (random.nextBoolean()) {
          now.add(selector);
        }
      }
      Set<String> old = members.put(identity, now);
      if (old != null) {
        old.forEach(selector -> rows.remove(member(selector, identity).key()));
      }
      now.forEach(selector -> put(member(selector, identity)));
    }

    private void readdress(String prefix, int identity) {
      addresses.put(prefix, identity);
      put(address(prefix, identity, 1 + random.nextInt(2)));
    }

    private void forget(int identity) {
      rows.remove("policy/" + identity);
      rows.remove("ports/" + identity);
      Set<String> old = members.remove(identity);
      if (old != null) {
        old.forEach(selector -> rows.remove(member(selector, identity).key()));
      }
      addresses.entrySet().stream()
          .filter(entry -> entry.getValue() == identity)
          .forEach(entry -> rows.remove("address/" + entry.getKey()));
      addresses.values().removeIf(holder -> holder == identity);
    }

    private void put(DesiredRecord record) {
      rows.put(record.key(), record);
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    private List<Change<DesiredRecord>> difference(Map<String, DesiredRecord> before) {
      List<Change<DesiredRecord>> changes = new ArrayList<>();
      rows.forEach(
          (key, row) -> {
            if (!row.equals(before.get(key))) {
              changes.add(DesiredWorld.put(row));
            }
          });
      before.forEach(
          (key, row) -> {
            if (!rows.containsKey(key)) {
              changes.add(remove(row));
            }
          });
      return changes;
    }

    private Set<Integer> local() {
      Set<Integer> identities = new HashSet<>(members.keySet());
      identities.removeIf(identity -> identity % 3 == 0);
      return identities;
    }
  }

  @Provide
  Arbitrary<DirectionPolicy> policies() {
    return RandomRules.policies();
  }

  @Property(tries = 60)
  void everyStepKeepsTheContract(
      @ForAll @Size(4) List<@From("policies") DirectionPolicy> policies, @ForAll Random random) {
    World world = new World(policies, random);
    NodeFold fold = NodeFold.empty("node-1");
    FakeKernel kernel = new FakeKernel(ROOMY);
    for (int step = 0; step < 12; step++) {
      List<Change<DesiredRecord>> group = world.next();
      group.forEach(fold::apply);
      fold.local(world.local());
      MapPlan plan = fold.plan();
      assertEquals(Set.copyOf(kernel.readBack()), Set.copyOf(fold.held()));
      kernel.write(plan, fold.wanted());
      fold.realised();
      group.forEach(fold::apply);
      assertTrue(fold.plan().isEmpty(), "a group that comes twice writes nothing");
      assertSame(fresh(world), fold);
    }
  }

  @Property(tries = 60)
  void aWriterThatDiesIsReplacedByOneThatWritesTheRest(
      @ForAll @Size(4) List<@From("policies") DirectionPolicy> policies, @ForAll Random random) {
    World world = new World(policies, random);
    FakeKernel kernel = new FakeKernel(ROOMY);
    for (int step = 0; step < 6; step++) {
      world.next();
      NodeFold fold = fresh(world);
      MapPlan plan = MapPlan.diff(kernel.readBack(), fold.wanted());
      if (!kernel.write(plan, fold.wanted(), random.nextInt(20))) {
        NodeFold again = fresh(world);
        kernel.write(MapPlan.diff(kernel.readBack(), again.wanted()), again.wanted());
      }
      int writes = kernel.writes();
      NodeFold idle = fresh(world);
      MapPlan nothing = MapPlan.diff(kernel.readBack(), idle.wanted());
      kernel.write(nothing, idle.wanted());
      assertEquals(writes, kernel.writes(), "nothing changed, nothing is written");
    }
  }

  @Property(tries = 60)
  void aPlanThatDoesNotFitIsRefusedWholeAndComesAgain(
      @ForAll @Size(4) List<@From("policies") DirectionPolicy> policies, @ForAll Random random) {
    World world = new World(policies, random);
    MapSizes small = new MapSizes(20, 3, 10);
    NodeFold fold = NodeFold.empty("node-1");
    FakeKernel kernel = new FakeKernel(small);
    for (int step = 0; step < 12; step++) {
      world.next().forEach(fold::apply);
      fold.local(world.local());
      MapPlan plan = fold.plan();
      if (plan.fitsInto(small)) {
        kernel.write(plan, fold.wanted());
        fold.realised();
      }
    }
    assertTrue(kernel.sizes().fitsInto(small));
  }

  /** A node that reads the compacted topic from its beginning. */
  private static NodeFold fresh(World world) {
    NodeFold fold = NodeFold.empty("node-1");
    fold.local(world.local());
    world.rows.values().forEach(row -> fold.apply(put(row)));
    return fold;
  }

  /** Same entries, but for the numbers of reasons, which must mean the same. */
  private static void assertSame(NodeFold expected, NodeFold actual) {
    Map<KernelEntry.Key, KernelEntry> want = new HashMap<>();
    expected.wanted().forEach(entry -> want.put(entry.key(), entry));
    Map<KernelEntry.Key, KernelEntry> have = new HashMap<>();
    actual.wanted().forEach(entry -> have.put(entry.key(), entry));
    assertEquals(sorted(want), sorted(have));
    assertEquals(expected.hash(), actual.hash());
  }

  private static TreeMap<KernelEntry.Key, KernelEntry> sorted(
      Map<KernelEntry.Key, KernelEntry> entries) {
    TreeMap<KernelEntry.Key, KernelEntry> sorted =
        new TreeMap<>((Comparator<KernelEntry.Key>) WriteOrder.PUTS);
    sorted.putAll(entries);
    return sorted;
  }
}
