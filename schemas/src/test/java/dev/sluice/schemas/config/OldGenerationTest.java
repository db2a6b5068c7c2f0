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

  private final AtomicLong collections = new AtomicLong();
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong alive = new AtomicLong();
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
    assertFalse(OldGeneration.isWorthIt(135 * MIB, 120 * MIB));
    assertTrue(OldGeneration.isWorthIt(136 * MIB, 120 * MIB));
  }

  @Test
  void fewMegabytesAreNot() {
    assertFalse(OldGeneration.isWorthIt(4 * MIB, 0));
    assertTrue(OldGeneration.isWorthIt(5 * MIB, 0));
    assertFalse(OldGeneration.isWorthIt(14 * MIB, 10 * MIB));
    assertFalse(OldGeneration.isWorthIt(10 * MIB, 17 * MIB), "less than there was");
  }

  @Test
  void collectsWhenItIsWorthIt() {
    OldGeneration watch = new OldGeneration(pool, collector, collections::incrementAndGet);
    used.set(40 * MIB);
    alive.set(37 * MIB);
    watch.look();
    assertEquals(0, collections.get());
    alive.set(30 * MIB);
    watch.look();
    assertEquals(1, collections.get());
    assertTrue(watch.isLooking());
    watch.close();
  }

  /** A JVM that was told not to would be asked for ever. */
  @Test
  void stopsWhenTheJvmDoesNotCollect() {
    AtomicLong asked = new AtomicLong();
    OldGeneration watch = new OldGeneration(pool, collector, asked::incrementAndGet);
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
      try (AutoCloseable watch = OldGeneration.watch()) {
        System.out.println(watch instanceof OldGeneration ? "looked after" : "left alone");
      }
    }
  }

  @Test
  void nothingIsKnownOfNoCollectors() throws Exception {
    try (AutoCloseable watch =
        OldGeneration.watch(List.of(), ManagementFactory.getGarbageCollectorMXBeans())) {
      assertFalse(watch instanceof OldGeneration);
    }
  }
}
