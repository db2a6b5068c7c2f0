package dev.sluice.core.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every log. */
class ClusterFoldProperties {
  @Provide
  Arbitrary<List<ObjectEvent>> logs() {
    return RandomLogs.logs();
  }

  private static List<ClusterStep> steps(ClusterFold fold, List<ObjectEvent> log) {
    return log.stream().map(fold::apply).toList();
  }

  @Property(tries = 200)
  void aRestartAtAnyRecordChangesNothing(@ForAll("logs") List<ObjectEvent> log) {
    ClusterFold whole = ClusterFold.empty();
    List<ClusterStep> expected = steps(whole, log);

    ClusterFold restarted = ClusterFold.empty();
    List<ClusterStep> steps = new ArrayList<>();
    for (ObjectEvent event : log) {
      restarted = ClusterFold.restore(ClusterSnapshot.decode(restarted.snapshot().encode()));
      steps.add(restarted.apply(event));
    }
    assertEquals(expected, steps);
    assertEquals(whole.image(), restarted.image());
    assertArrayEquals(whole.snapshot().encode(), restarted.snapshot().encode());
  }

  @Property(tries = 200)
  void redeliveryFromAnyPointChangesNothing(
      @ForAll("logs") List<ObjectEvent> log, @ForAll byte back) {
    ClusterFold once = ClusterFold.empty();
    steps(once, log);
    ClusterFold often = ClusterFold.empty();
    int window = 1 + Math.abs(back % 5);
    for (int i = 0; i < log.size(); i++) {
      often.apply(log.get(i));
      for (ObjectEvent again : log.subList(Math.max(0, i - window), i + 1)) {
        assertEquals(List.of(), often.apply(again).changes());
      }
    }
    assertArrayEquals(once.snapshot().encode(), often.snapshot().encode());
  }

  @Property(tries = 200)
  void theStepsAddUpToTheImage(@ForAll("logs") List<ObjectEvent> log) {
    ClusterFold fold = ClusterFold.empty();
    Map<String, ClusterRecord> mirror = new TreeMap<>();
    for (ObjectEvent event : log) {
      fold.apply(event).changes().forEach(change -> take(mirror, change));
      Map<String, ClusterRecord> image = new TreeMap<>();
      fold.image().forEach(change -> take(image, change));
      assertEquals(image, mirror);
    }
  }

  /** A reader that stops after any change of a step never refers to what it has not read. */
  @Property(tries = 200)
  void nothingIsReferredToBeforeItIsThere(@ForAll("logs") List<ObjectEvent> log) {
    ClusterFold fold = ClusterFold.empty();
    Map<String, ClusterRecord> mirror = new TreeMap<>();
    Set<Integer> numbers = new HashSet<>();
    for (ObjectEvent event : log) {
      for (Change<ClusterRecord> change : fold.apply(event).changes()) {
        ClusterRecord old = take(mirror, change);
        if (old instanceof ClusterRecord.Identity gone && change.isRemoval()) {
          numbers.remove(gone.number());
        }
        switch (change.value()) {
          case null -> {}
          case ClusterRecord.Identity identity ->
              assertTrue(numbers.add(identity.number()), "two label sets have one number");
          case ClusterRecord.Endpoint endpoint ->
              assertTrue(numbers.contains(endpoint.identity()), endpoint.toString());
          case ClusterRecord.Address address -> {
            assertTrue(numbers.contains(address.identity()), address.toString());
            assertEquals(
                address.endpoint(),
                mirror.get("Endpoint " + address.namespace() + "/" + address.pod())
                        instanceof ClusterRecord.Endpoint owner
                    ? owner.id()
                    : 0);
          }
        }
      }
    }
  }

  private static ClusterRecord take(
      Map<String, ClusterRecord> mirror, Change<ClusterRecord> change) {
    String key = change.kind().getSimpleName() + " " + change.key();
    return change.isRemoval() ? mirror.remove(key) : mirror.put(key, change.value());
  }
}
