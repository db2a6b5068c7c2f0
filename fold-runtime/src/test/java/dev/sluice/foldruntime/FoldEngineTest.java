package dev.sluice.foldruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A seeded world: records come, instances start, are killed with rows under way, are paused while
 * another takes over and wake up; topics are compacted. In the end the outputs are those of one
 * instance that read the log once.
 */
class FoldEngineTest {
  private static final List<Topic<?>> TABLES = List.of(Topics.IDENTITIES, Topics.ADDRESSES);
  private static final int SEEDS = 400;
  private static final int STEPS = 400;

  private final SimulatedTopics topics = new SimulatedTopics();

  @TestFactory
  List<DynamicTest> anyHistoryEndsTheSame() {
    return LongStream.range(0, SEEDS)
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> live(seed)))
        .toList();
  }

  private static void live(long seed) {
    SimulatedTopics world = new SimulatedTopics();
    Random random = new Random(seed);
    SimulatedInstance active = new SimulatedInstance(world, random);
    List<SimulatedInstance> paused = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3, 4, 5 -> object(world, random);
        case 6 -> active = new SimulatedInstance(world, random); // the one before was killed
        case 7 -> {
          paused.add(active);
          active = new SimulatedInstance(world, random);
        }
        case 8 -> {
          if (!paused.isEmpty()) {
            wake(paused.removeFirst(), random);
          }
        }
        case 9 -> compact(world, active);
        case 10, 11, 12 -> active.tick(step);
        case 13, 14, 15, 16 -> active.deliver();
        default -> active.step();
      }
    }
    for (SimulatedInstance zombie : paused) {
      wake(zombie, random);
    }
    settle(world, active);
    assertEquals("", differences(wanted(world), found(world)));
    assertTrue(active.ready());
    assertTrue(active.behindRows());
  }

  private static void compact(SimulatedTopics world, SimulatedInstance active) {
    TABLES.forEach(topic -> world.compact(topic, active.cursor(topic)));
  }

  /** It still has rows in hand and records fetched, until it learns that its work is gone. */
  private static void wake(SimulatedInstance zombie, Random random) {
    for (int i = random.nextInt(6); i > 0; i--) {
      zombie.step();
    }
    zombie.deliver();
  }

  private static void settle(SimulatedTopics world, SimulatedInstance active) {
    boolean busy = true;
    for (int round = 0; busy; round++) {
      assertTrue(round < 1000, "the instance goes on writing without a reason");
      active.tick(STEPS + round);
      busy = active.deliverAll();
      while (active.step()) {
        busy = true;
      }
    }
  }

  private static void object(SimulatedTopics world, Random random) {
    boolean delete = random.nextInt(4) == 0;
    object(world, delete ? EventType.DELETED : EventType.MODIFIED, "object-" + random.nextInt(8));
  }

  private static void object(SimulatedTopics world, EventType type, String name) {
    K8sObject object =
        K8sObject.newBuilder()
            .setType(type)
            .setKind("Pod")
            .setName(name)
            .setTime(Instant.EPOCH)
            .setEpoch(1)
            .build();
    world.append(Topics.K8S_OBJECTS, "Pod//" + name, object, -1);
  }

  /** What one instance writes that reads the log once; positions of rows do not count. */
  private static Map<String, String> wanted(SimulatedTopics world) {
    SimulatedTopics alone = new SimulatedTopics();
    NumberingDerivation fold = new NumberingDerivation();
    world.read(
        Topics.K8S_OBJECTS,
        0,
        record -> fold.apply(record).forEach(group -> group.rows().forEach(alone::append)));
    return found(alone);
  }

  private static String differences(Map<String, String> wanted, Map<String, String> found) {
    StringBuilder all = new StringBuilder();
    TreeSet<String> keys = new TreeSet<>(wanted.keySet());
    keys.addAll(found.keySet());
    for (String key : keys) {
      if (!Objects.equals(wanted.get(key), found.get(key))) {
        all.append(key + ": wanted " + wanted.get(key) + ", found " + found.get(key) + "\n");
      }
    }
    return all.toString();
  }

  private static Map<String, String> found(SimulatedTopics world) {
    Map<String, String> all = new TreeMap<>();
    for (Topic<?> topic : TABLES) {
      world.table(topic).forEach((key, row) -> all.put(topic + " " + key, entry(row)));
    }
    world
        .table(Topics.REVISIONS)
        .forEach((key, row) -> all.put(Topics.REVISIONS + " " + key, row.toString()));
    return all;
  }

  private static String entry(SpecificRecord row) {
    return row.get(1).toString();
  }

  @Test
  void aRecordThatCannotBeFoldedIsNamed() {
    object(topics, EventType.ADDED, "good");
    object(topics, EventType.ADDED, "poison");
    SimulatedInstance instance = new SimulatedInstance(topics, new Random(1));
    FoldStoppedException stopped = assertThrows(FoldStoppedException.class, () -> instance.tick(0));
    assertEquals(
        "numbering cannot fold topic k8s.objects, partition 0, offset 1 (Pod//poison): poisoned",
        stopped.getMessage());
  }

  @Test
  void workBehindTheRowsOfARecordNamesItToo() {
    object(topics, EventType.ADDED, "good");
    SimulatedInstance instance = new SimulatedInstance(topics, new Random(1));
    settle(topics, instance);
    long rows = topics.end(Topics.IDENTITIES);
    object(topics, EventType.ADDED, "late poison");
    String named =
        "numbering cannot fold topic k8s.objects, partition 0, offset 1 (Pod//late poison):"
            + " poisoned";
    assertEquals(
        named,
        assertThrows(FoldStoppedException.class, () -> settle(topics, instance)).getMessage());
    instance.deliverAll();
    assertTrue(topics.end(Topics.IDENTITIES) > rows, "its rows were on their way");
    SimulatedInstance next = new SimulatedInstance(topics, new Random(2));
    assertEquals(named, assertThrows(FoldStoppedException.class, () -> next.tick(0)).getMessage());
  }

  @Test
  void anotherLogIsRefused() {
    object(topics, EventType.ADDED, "a");
    object(topics, EventType.ADDED, "b");
    SimulatedInstance first = new SimulatedInstance(topics, new Random(1));
    settle(topics, first);
    SimulatedTopics recreated = new SimulatedTopics();
    object(recreated, EventType.ADDED, "a");
    for (Topic<?> topic : TABLES) {
      topics.read(topic, 0, row -> recreated.append(topic, row.key(), row.value(), -1));
    }
    SimulatedInstance second = new SimulatedInstance(recreated, new Random(1));
    assertThrows(FoldStoppedException.class, () -> second.tick(0));
  }

  @Test
  void aRestartWithNothingNewWritesNothing() {
    for (int i = 0; i < 10; i++) {
      object(topics, EventType.ADDED, "object-" + i);
    }
    settle(topics, new SimulatedInstance(topics, new Random(1)));
    long before = topics.end(Topics.IDENTITIES) + topics.end(Topics.REVISIONS);
    settle(topics, new SimulatedInstance(topics, new Random(2)));
    assertEquals(before, topics.end(Topics.IDENTITIES) + topics.end(Topics.REVISIONS));
  }

  @Test
  void marksAloneAreNoChange() {
    object(topics, EventType.ADDED, "a");
    SimulatedInstance instance = new SimulatedInstance(topics, new Random(1));
    settle(topics, instance);
    int before = instance.changes();
    object(topics, EventType.SYNCED, "");
    settle(topics, instance);
    assertEquals(before, instance.changes());
    object(topics, EventType.ADDED, "b");
    settle(topics, instance);
    assertTrue(instance.changes() > before);
  }

  @Test
  void aSnapshotWaitsUntilNothingChanges() {
    object(topics, EventType.ADDED, "a");
    SimulatedInstance instance =
        new SimulatedInstance(topics, new Random(1), Duration.ofMillis(5_000));
    settle(topics, instance);
    object(topics, EventType.ADDED, "b");
    instance.step();
    instance.tick(6_000);
    instance.deliverAll();
    while (instance.step()) {
      assertTrue(instance.ready()); // its own rows come back
    }
    instance.tick(6_999);
    assertEquals(Optional.empty(), topics.latest("numbering"));
    instance.tick(7_000);
    assertEquals(1, topics.latest("numbering").orElseThrow().position());
  }

  @Test
  void aRowNobodyWantsIsRemovedAndAMissingOneWritten() {
    for (int i = 0; i < 10; i++) {
      object(topics, EventType.ADDED, "object-" + i);
    }
    SimulatedInstance instance = new SimulatedInstance(topics, new Random(1));
    settle(topics, instance);
    Map<String, String> right = found(topics);
    SpecificRecord row = topics.table(Topics.IDENTITIES).get("object-3");
    topics.append(Topics.IDENTITIES, "stranger", row, -1);
    topics.append(Topics.IDENTITIES, "object-4", null, 2);
    topics.append(Topics.IDENTITIES, "object-5", row, -1);
    settle(topics, instance);
    assertEquals(right, found(topics));
  }
}
