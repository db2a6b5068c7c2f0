package dev.sluice.bench.fold;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * What one change costs both folds in a world of a given size, in a process of its own. Prints a
 * line for each number as soon as it is known: {@code NAME VALUE}.
 */
public final class CompileCost {
  private static final int WARM_UP = 400;
  private static final int MEASURED = 2_000;
  private static final int NAMESPACES_WARM_UP = 20;
  private static final int NAMESPACES_CHANGED = 200;

  /** Longer than a number that nobody has is kept. */
  private static final long GRACE = 11 * 60 * 1000;

  private final LargeWorld world;
  private final FoldPair folds = new FoldPair();

  private CompileCost(LargeWorld world) {
    this.world = world;
  }

  /** {@code CompileCost ENDPOINTS}. */
  public static void main(String[] arguments) {
    CompileCost cost = new CompileCost(LargeWorld.of(Integer.parseInt(arguments[0])));
    cost.scratch();
    cost.policies();
    cost.identities();
    cost.namespaces();
  }

  /** The whole world, in a process that has folded nothing yet; parsing of JSON is not in it. */
  private void scratch() {
    long begun = System.nanoTime();
    world.events().forEach(folds::apply);
    print("scratch-ms", (System.nanoTime() - begun) / 1e6);
    if (folds.policy().revision() == 0) {
      throw new IllegalStateException("the world is not whole");
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    print("heap-mib", (runtime.totalMemory() - runtime.freeMemory()) / 1048576.0);
    print("heap-limit-mib", runtime.maxMemory() / 1048576.0);
  }

  /** A policy is changed, or taken away and added again, by turns over all kinds and namespaces. */
  private void policies() {
    measure(
        "policy",
        WARM_UP,
        MEASURED,
        round -> {
          int policy = round * 7 % world.policies();
          int namespace = policy / LargeWorld.APPS;
          ObjectEvent event =
              world.policy(namespace, policy % LargeWorld.APPS, 1 + round / world.policies());
          if (round % 3 == 0) {
            folds.apply(world.event(ObjectEvent.Type.DELETED, event.key(), Map.of()));
            event = world.policy(namespace, policy % LargeWorld.APPS, 0);
          }
          return event;
        });
  }

  /** A pod with labels that nobody had. */
  private void identities() {
    measure(
        "identity",
        WARM_UP,
        MEASURED,
        round -> {
          String namespace = "ns" + round % world.namespaces();
          if (round > 0) {
            folds.apply(
                world.event(
                    ObjectEvent.Type.DELETED,
                    new ObjectKey("Pod", "ns" + (round - 1) % world.namespaces(), "new"),
                    Map.of()));
          }
          String app = "app" + round % LargeWorld.APPS;
          return world.pod(namespace, "new", app, 2_000_000, "new" + round);
        });
  }

  /** A namespace's label: another label set for each of its 500 endpoints. */
  private void namespaces() {
    measure(
        "namespace",
        NAMESPACES_WARM_UP,
        NAMESPACES_CHANGED,
        round -> {
          world.later(GRACE);
          return world.namespace("ns" + round % world.namespaces(), 1 + round);
        });
  }

  private interface Round {
    ObjectEvent event(int round);
  }

  private void measure(String name, int warmUp, int measured, Round step) {
    double[] millis = new double[measured];
    for (int round = 0; round < warmUp + measured; round++) {
      ObjectEvent event = step.event(round);
      long begun = System.nanoTime();
      folds.apply(event);
      if (round >= warmUp) {
        millis[round - warmUp] = (System.nanoTime() - begun) / 1e6;
      }
    }
    Arrays.sort(millis);
    print(name + "-p50-ms", millis[measured / 2]);
    print(name + "-p99-ms", millis[measured * 99 / 100]);
  }

  private static void print(String name, double value) {
    System.out.printf(Locale.ROOT, "%s %.4f%n", name, value);
  }
}
