package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Prints what CPU time one step takes with 1000 policies, 1000 identities and 10 000 endpoints
 * loaded; asserts nothing. Run it as a program.
 */
final class PolicyFoldCost {
  private static final int WORLD = 1000;
  private static final int PODS_EACH = 10;
  private static final int WARM = 20_000;
  private static final int MEASURED = 5_000;

  private PolicyFoldCost() {}

  public static void main(String[] args) {
    LogBuilder log = LogBuilder.whole();
    for (int pod = 0; pod < PODS_EACH; pod++) {
      for (int i = 0; i < WORLD; i++) {
        log.pod("ns" + i % 20, "p" + i + "-" + pod, "app=a" + i);
      }
    }
    for (int i = 0; i < WORLD; i++) {
      log.policy("ns" + i % 20, "p" + i, Specs.allow("a" + i, "a" + (i + 20) % WORLD));
    }
    replay(log);
    PolicyFold fold = replay(log);
    measure(fold, "policy changes its peer", PolicyFoldCost::change);
    measure(fold, "policy allows another peer to a whole namespace", PolicyFoldCost::wide);
    long from = cpuNanos();
    byte[] image = fold.snapshot().encode();
    System.out.printf("snapshot of %d bytes: %d ms%n", image.length, millis(from));
    from = cpuNanos();
    PolicyFold.restore(PolicySnapshot.decode(image));
    System.out.printf("restore: %d ms%n", millis(from));
  }

  private static PolicyFold replay(LogBuilder log) {
    PolicyFold fold = PolicyFold.empty();
    long from = cpuNanos();
    log.entries().forEach(entry -> fold.apply(entry.event(), entry.changes()));
    System.out.printf("replay of %d records: %d ms%n", log.size(), millis(from));
    return fold;
  }

  private interface Step {
    ObjectEvent at(long offset, int round);
  }

  private static void measure(PolicyFold fold, String what, Step step) {
    long[] nanos = new long[MEASURED];
    int rows = 0;
    for (int round = 0; round < WARM + MEASURED; round++) {
      ObjectEvent event = step.at(fold.position() + 1, round);
      long from = cpuNanos();
      rows = fold.apply(event, List.of()).desired().size();
      nanos[round % MEASURED] = cpuNanos() - from;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%s: %d rows, p50 %d µs, p99 %d µs%n",
        what, rows, nanos[MEASURED / 2] / 1000, nanos[MEASURED * 99 / 100] / 1000);
  }

  private static ObjectEvent change(long offset, int round) {
    int i = round % WORLD;
    return event(offset, i, Specs.allow("a" + i, "a" + (i + 20 * (1 + round / WORLD % 7)) % WORLD));
  }

  private static ObjectEvent wide(long offset, int round) {
    Map<String, Object> spec =
        Map.of(
            "endpointSelector",
            Map.of(),
            "ingress",
            List.of(
                Map.of("fromEndpoints", List.of(Specs.selector("app", "a" + 20 * (round % 50))))));
    return event(offset, 0, spec);
  }

  private static ObjectEvent event(long offset, int i, Map<String, Object> spec) {
    ObjectKey key = new ObjectKey("CiliumNetworkPolicy", "ns" + i % 20, "p" + i);
    return new ObjectEvent(
        offset,
        ObjectEvent.Type.MODIFIED,
        key,
        "",
        "",
        "",
        offset,
        "f:1",
        1,
        0,
        Map.of("spec", spec));
  }

  /** CPU time of this thread: what else the machine does is not in it. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long millis(long fromNanos) {
    return (cpuNanos() - fromNanos) / 1_000_000;
  }
}
