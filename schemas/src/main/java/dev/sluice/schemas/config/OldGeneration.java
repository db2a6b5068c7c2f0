package dev.sluice.schemas.config;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryManagerMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the old generation of a process that keeps a world when garbage has become an eighth of
 * it. What a world replaces has outlived the young generation, and the serial collector lets it lie
 * until the heap's limit is reached: to whoever looks at the process its memory grows for hours. It
 * looks every few seconds, since what comes between two looks is touched as well; a collection
 * stops the process for about 3 ms for each MiB that lives, and the next one waits for a hundred
 * times as long, so that they take a hundredth of the process' time at most.
 *
 * <p>With another collector, or a JVM that does not collect when it is asked to, it does nothing,
 * and says so once: those are somebody's choice.
 */
public final class OldGeneration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OldGeneration.class);

  private static final String SERIAL_POOL = "Tenured Gen";
  private static final String SERIAL_COLLECTOR = "MarkSweepCompact";
  private static final long LEAST_GARBAGE = 4 << 20;
  private static final long LOOK_NANOS = Duration.ofSeconds(5).toNanos();

  /** A collection's own time, so many times, is left to the process before the next. */
  private static final long REST = 100;

  private final MemoryPoolMXBean pool;
  private final GarbageCollectorMXBean collector;
  private final Runnable collect;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("old-generation").factory());
  private long notBeforeNanos = System.nanoTime();

  /**
   * @param collect asks for a collection of all generations, and returns when it is over
   */
  OldGeneration(MemoryPoolMXBean pool, GarbageCollectorMXBean collector, Runnable collect) {
    this.pool = pool;
    this.collector = collector;
    this.collect = collect;
  }

  /** Looks after this process until it is closed. */
  public static AutoCloseable watch() {
    return watch(
        ManagementFactory.getMemoryPoolMXBeans(), ManagementFactory.getGarbageCollectorMXBeans());
  }

  /** As {@link #watch()}, of a JVM with these. */
  static AutoCloseable watch(
      List<MemoryPoolMXBean> pools, List<GarbageCollectorMXBean> collectors) {
    Optional<MemoryPoolMXBean> pool =
        pools.stream().filter(each -> each.getName().equals(SERIAL_POOL)).findFirst();
    Optional<GarbageCollectorMXBean> collector =
        collectors.stream().filter(each -> each.getName().equals(SERIAL_COLLECTOR)).findFirst();
    if (pool.isPresent() && collector.isPresent()) {
      OldGeneration watch = new OldGeneration(pool.get(), collector.get(), System::gc);
      watch.clock.scheduleWithFixedDelay(watch::look, LOOK_NANOS, LOOK_NANOS, TimeUnit.NANOSECONDS);
      return watch;
    }
    LOG.info(
        "this JVM's collector is not the serial one but {}: when garbage goes is left to it",
        collectors.stream().map(MemoryManagerMXBean::getName).collect(Collectors.joining(", ")));
    return () -> {};
  }

  /** Collects when it is worth it; stops looking when nothing comes of it. */
  void look() {
    MemoryUsage alive = pool.getCollectionUsage();
    if (System.nanoTime() - notBeforeNanos < 0
        || !isWorthIt(pool.getUsage().getUsed(), alive == null ? 0 : alive.getUsed())) {
      return;
    }
    long collections = collector.getCollectionCount();
    long begun = System.nanoTime();
    collect.run();
    long ended = System.nanoTime();
    notBeforeNanos = ended + REST * (ended - begun);
    if (collector.getCollectionCount() == collections) {
      LOG.info(
          "this JVM does not collect when it is asked to (-XX:+DisableExplicitGC): its memory grows"
              + " with what is replaced until its heap is full");
      clock.shutdown();
    }
  }

  /** Whether it goes on looking. */
  boolean isLooking() {
    return !clock.isShutdown();
  }

  /**
   * Whether there may be enough garbage.
   *
   * @param usedBytes now
   * @param aliveBytes after the last collection of it; 0 before the first
   */
  static boolean isWorthIt(long usedBytes, long aliveBytes) {
    return usedBytes - aliveBytes > Math.max(LEAST_GARBAGE, aliveBytes / 8);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
