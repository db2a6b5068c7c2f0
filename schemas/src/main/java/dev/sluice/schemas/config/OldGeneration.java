package dev.sluice.schemas.config;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Collects the old generation of a process that keeps a world when garbage has become a sixth of
 * it. What a world replaces has outlived the young generation, and the serial collector lets it lie
 * until the heap's limit is reached: to whoever looks at the process its memory grows for hours. A
 * look a minute, and so one collection a minute at most, which stops the process for about 3 ms for
 * each MiB that lives. With another collector it does nothing: those look after it themselves.
 */
public final class OldGeneration implements AutoCloseable {
  private static final String SERIAL = "Tenured Gen";
  private static final long LEAST_GARBAGE = 6 << 20;
  private static final long MINUTES = 1;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("old-generation").factory());

  private OldGeneration(MemoryPoolMXBean pool) {
    clock.scheduleWithFixedDelay(() -> look(pool), MINUTES, MINUTES, TimeUnit.MINUTES);
  }

  /** Looks after this process until it is closed. */
  public static AutoCloseable watch() {
    Optional<MemoryPoolMXBean> pool =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(each -> each.getName().equals(SERIAL))
            .findFirst();
    return pool.isPresent() ? new OldGeneration(pool.get()) : () -> {};
  }

  private static void look(MemoryPoolMXBean pool) {
    MemoryUsage alive = pool.getCollectionUsage();
    if (isWorthIt(pool.getUsage().getUsed(), alive == null ? 0 : alive.getUsed())) {
      System.gc();
    }
  }

  /**
   * Whether there may be enough garbage.
   *
   * @param usedBytes now
   * @param aliveBytes after the last collection of it; 0 before the first
   */
  static boolean isWorthIt(long usedBytes, long aliveBytes) {
    return usedBytes - aliveBytes > Math.max(LEAST_GARBAGE, aliveBytes / 6);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
