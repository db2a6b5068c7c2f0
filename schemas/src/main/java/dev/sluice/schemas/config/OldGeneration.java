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
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the old generation of a process that keeps a world when garbage has become an eighth of
 * it and nothing changes. What a world replaces has outlived the young generation, and the serial
 * collector lets it lie until the heap's limit is reached: to whoever looks at the process its
 * memory grows for hours. A collection stops the process for about 3 ms for each MiB that lives, so
 * it waits for a second without a change, of which the next seconds will mostly have none either;
 * and the next one waits for a hundred times as long as it took, so that they take a hundredth of
 * the process' time at most.
 *
 * <p>With another collector, or a JVM that does not collect when it is asked to, it does nothing,
 * and says so once: those are somebody's choice.
 */
public final class OldGeneration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OldGeneration.class);

  private static final String SERIAL_POOL = "Tenured Gen";
  private static final String SERIAL_COLLECTOR = "MarkSweepCompact";
  private static final long LEAST_GARBAGE = 4 << 20;
  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  /** A collection's own time, so many times, is left to the process before the next. */
  private static final long REST = 100;

  private final MemoryPoolMXBean pool;
  private final GarbageCollectorMXBean collector;
  private final Runnable collect;
  private final LongSupplier sinceChangeNanos;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("old-generation").factory());
  private long notBeforeNanos = System.nanoTime();

  /**
   * @param collect asks for a collection of all generations, and returns when it is over
   */
  OldGeneration(
      MemoryPoolMXBean pool,
      GarbageCollectorMXBean collector,
      Runnable collect,
      LongSupplier sinceChangeNanos) {
    this.pool = pool;
    this.collector = collector;
    this.collect = collect;
    this.sinceChangeNanos = sinceChangeNanos;
  }

  /** Looks after this process until it is closed. */
  public static AutoCloseable watch(LastChange change) {
    return watch(
        change,
        ManagementFactory.getMemoryPoolMXBeans(),
        ManagementFactory.getGarbageCollectorMXBeans());
  }

  /** As {@link #watch(LastChange)}, of a JVM with these. */
  static AutoCloseable watch(
      LastChange change, List<MemoryPoolMXBean> pools, List<GarbageCollectorMXBean> collectors) {
    Optional<MemoryPoolMXBean> pool =
        pools.stream().filter(each -> each.getName().equals(SERIAL_POOL)).findFirst();
    Optional<GarbageCollectorMXBean> collector =
        collectors.stream().filter(each -> each.getName().equals(SERIAL_COLLECTOR)).findFirst();
    if (pool.isPresent() && collector.isPresent()) {
      OldGeneration watch =
          new OldGeneration(pool.get(), collector.get(), System::gc, change::agoNanos);
      watch.clock.scheduleWithFixedDelay(watch::look, LOOK_NANOS, LOOK_NANOS, TimeUnit.NANOSECONDS);
      return watch;
    }
    LOG.info(
        "this JVM's collector is not the serial one but {}: when garbage goes is left to it",
        collectors.stream().map(MemoryManagerMXBean::getName).collect(Collectors.joining(", ")));
    return () -> {};
  }

  /** Collects when it is time; stops looking when nothing comes of it. */
  void look() {
    MemoryUsage alive = pool.getCollectionUsage();
    if (System.nanoTime() - notBeforeNanos < 0
        || !isTime(
            pool.getUsage().getUsed(),
            alive == null ? 0 : alive.getUsed(),
            sinceChangeNanos.getAsLong())) {
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
   * Whether there may be enough garbage, and nobody waits for the process.
   *
   * @param usedBytes now
   * @param aliveBytes after the last collection of it; 0 before the first
   * @param sinceChangeNanos since the last change that somebody may wait for
   */
  static boolean isTime(long usedBytes, long aliveBytes, long sinceChangeNanos) {
    return sinceChangeNanos >= PAUSE_NANOS
        && usedBytes - aliveBytes > Math.max(LEAST_GARBAGE, aliveBytes / 8);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
