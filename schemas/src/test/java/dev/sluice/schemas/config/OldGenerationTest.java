package dev.sluice.schemas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When garbage is enough to stop a process for it, and which processes are left alone. */
final class OldGenerationTest {
  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong collections = new AtomicLong();
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong alive = new AtomicLong();
  private final AtomicLong sinceChange = new AtomicLong(SECOND);
  private final MemoryPoolMXBean pool =
      bean(
          MemoryPoolMXBean.class,
          Map.of(
              "getUsage", used,
              "getCollectionUsage", alive));
  private final GarbageCollectorMXBean collector =
      bean(GarbageCollectorMXBean.class, Map.of("getCollectionCount", collections));

  private static <T> T bean(Class<T> type, Map<String, AtomicLong> numbers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              long number = numbers.get(method.getName()).get();
              return method.getReturnType() == MemoryUsage.class
                  ? new MemoryUsage(0, number, number, -1)
                  : number;
            }));
  }

  @Test
  void anEighthOfWhatLivesIsEnough() {
    assertFalse(OldGeneration.isTime(135 * MIB, 120 * MIB, SECOND));
    assertTrue(OldGeneration.isTime(136 * MIB, 120 * MIB, SECOND));
  }

  @Test
  void fewMegabytesAreNot() {
    assertFalse(OldGeneration.isTime(4 * MIB, 0, SECOND));
    assertTrue(OldGeneration.isTime(5 * MIB, 0, SECOND));
    assertFalse(OldGeneration.isTime(14 * MIB, 10 * MIB, SECOND));
    assertFalse(OldGeneration.isTime(10 * MIB, 17 * MIB, SECOND), "less than there was");
  }

  /** However much there is: a stop of 200 ms would be in the way of who changes something. */
  @Test
  void whoWaitsForAChangeComesFirst() {
    assertFalse(OldGeneration.isTime(300 * MIB, 90 * MIB, SECOND - 1));
    assertTrue(OldGeneration.isTime(300 * MIB, 90 * MIB, SECOND));
    assertFalse(OldGeneration.isTime(91 * MIB, 90 * MIB, 3600 * SECOND), "a pause alone is not it");
  }

  private OldGeneration watch(Runnable collect) {
    return new OldGeneration(pool, collector, collect, sinceChange::get);
  }

  @Test
  void collectsWhenItIsTime() {
    OldGeneration watch = watch(collections::incrementAndGet);
    used.set(40 * MIB);
    alive.set(37 * MIB);
    watch.look();
    assertEquals(0, collections.get());
    alive.set(30 * MIB);
    sinceChange.set(SECOND / 2);
    watch.look();
    assertEquals(0, collections.get(), "something has just changed");
    sinceChange.set(SECOND);
    watch.look();
    assertEquals(1, collections.get());
    assertTrue(watch.isLooking());
    watch.close();
  }

  /** A JVM that was told not to would be asked for ever. */
  @Test
  void stopsWhenTheJvmDoesNotCollect() {
    AtomicLong asked = new AtomicLong();
    OldGeneration watch = watch(asked::incrementAndGet);
    used.set(40 * MIB);
    watch.look();
    assertEquals(1, asked.get());
    assertFalse(watch.isLooking());
  }

  /** What other collectors call their parts is nothing to rely on: a JVM with each is asked. */
  @ParameterizedTest
  @ValueSource(strings = {"G1", "Parallel", "Z"})
  void leavesOtherCollectorsAlone(String collector) throws Exception {
    assertEquals("left alone", said("-XX:+Use" + collector + "GC"));
  }

  @Test
  void looksAfterTheSerialOne() throws Exception {
    assertEquals("looked after", said("-XX:+UseSerialGC"));
  }

  private static String said(String option) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-Xmx64m",
                "-Xlog:disable",
                "-cp",
                System.getProperty("java.class.path"),
                Asked.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return said.lines().toList().getLast();
  }

  /** What a JVM of its own says. */
  static final class Asked {
    private Asked() {}

    public static void main(String[] arguments) throws Exception {
      try (AutoCloseable watch = OldGeneration.watch(new LastChange())) {
        System.out.println(watch instanceof OldGeneration ? "looked after" : "left alone");
      }
    }
  }

  @Test
  void nothingIsKnownOfNoCollectors() throws Exception {
    try (AutoCloseable watch =
        OldGeneration.watch(
            new LastChange(), List.of(), ManagementFactory.getGarbageCollectorMXBeans())) {
      assertFalse(watch instanceof OldGeneration);
    }
  }
}
