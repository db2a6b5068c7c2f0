package dev.sluice.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.cluster.RandomLogs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the four topics' readers do, policy-stream sees what the cluster fold said. */
class PositionMergeProperties {
  private final class Inputs {
    private final List<List<Supplier<List<PositionMerge.Group<ClusterRecord>>>>> topics =
        new ArrayList<>();
    private final PositionMerge<ClusterRecord> merge;

    private Inputs(
        PositionMerge<ClusterRecord> merge, List<ObjectEvent> log, List<ClusterStep> steps) {
      this.merge = merge;
      topics.add(new ArrayList<>());
      log.forEach(event -> topics.getFirst().add(() -> merge.event(event)));
      for (Class<? extends ClusterRecord> kind : ClusterStep.KINDS) {
        List<Supplier<List<PositionMerge.Group<ClusterRecord>>>> topic = new ArrayList<>();
        steps.forEach(step -> write(topic, kind, step));
        topics.add(topic);
      }
    }

    private void write(
        List<Supplier<List<PositionMerge.Group<ClusterRecord>>>> topic,
        Class<? extends ClusterRecord> kind,
        ClusterStep step) {
      for (Change<ClusterRecord> change : step.changes()) {
        if (change.kind() == kind) {
          topic.add(
              () -> {
                merge.row(step.position(), change);
                return List.of();
              });
        }
      }
      topic.add(() -> merge.mark(kind, step.position()));
    }

    /** Each topic in order, now and then a stretch of it twice; between topics any order. */
    private List<PositionMerge.Group<ClusterRecord>> readAll(Random random) {
      List<PositionMerge.Group<ClusterRecord>> released = new ArrayList<>();
      int[] next = new int[topics.size()];
      while (true) {
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < next.length; i++) {
          if (next[i] < topics.get(i).size()) {
            left.add(i);
          }
        }
        if (left.isEmpty()) {
          return released;
        }
        int topic = left.get(random.nextInt(left.size()));
        released.addAll(topics.get(topic).get(next[topic]++).get());
        if (random.nextInt(20) == 0) {
          next[topic] = Math.max(0, next[topic] - random.nextInt(6));
        }
      }
    }
  }

  @Provide
  Arbitrary<List<ObjectEvent>> logs() {
    return RandomLogs.logs();
  }

  @Property(tries = 200)
  void anyInterleavingGivesTheFoldsSteps(
      @ForAll("logs") List<ObjectEvent> log, @ForAll Random random) {
    ClusterFold fold = ClusterFold.empty();
    List<ClusterStep> steps = log.stream().map(fold::apply).toList();
    int restart = random.nextInt(log.size()) - 1;
    PositionMerge<ClusterRecord> merge = PositionMerge.after(ClusterStep.KINDS, restart);
    List<ClusterStep> merged =
        new Inputs(merge, log, steps)
            .readAll(random).stream()
                .map(group -> new ClusterStep(group.event().offset(), group.changes()))
                .toList();
    assertEquals(steps.subList(restart + 1, steps.size()), merged);
  }
}
