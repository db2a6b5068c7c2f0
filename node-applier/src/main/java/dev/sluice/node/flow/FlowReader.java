package dev.sluice.node.flow;

import dev.sluice.node.bpf.Background;
import dev.sluice.node.kernel.KernelEvent;
import dev.sluice.schemas.Flow;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from the kernel and makes flows and monitor lines of them. Stepped by {@link #work};
 * {@link #start} gives it a thread.
 */
public final class FlowReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlowReader.class);

  /** Producers wake nobody: this is how late a flow may be. */
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  /** After so many events at once, more may have come meanwhile. */
  private static final int MANY = 4_096;

  /** Flows that wait for this thread: beyond, they are counted as lost. */
  static final int MOST_OFFERED = 16_384;

  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  private final EventSource source;
  private final FlowEnricher enricher;
  private final MonitorHub monitor;
  private final DropSums drops;
  private final AtomicLong consumed = new AtomicLong();
  private final Thread thread;
  private volatile boolean closing;
  private volatile Consumer<Flow> out;
  private volatile Consumer<KernelEvent> dropped = event -> {};
  private final Queue<Supplier<Flow>> offered = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong unwritten = new AtomicLong();
  private long clockReadAt = System.nanoTime() - SECOND_NANOS;
  private long warnedAt = System.nanoTime() - SECOND_NANOS;

  public FlowReader(EventSource source, FlowEnricher enricher, MonitorHub monitor) {
    this.source = source;
    this.enricher = enricher;
    this.monitor = monitor;
    this.drops =
        new DropSums((event, count, first) -> tryWrite(() -> enricher.flow(event, count, first)));
    this.thread = Thread.ofPlatform().daemon().name("events").unstarted(this::run);
  }

  /** Where flows go from now on; before, they are counted as lost. Any thread. */
  public void writeTo(Consumer<Flow> flows) {
    out = flows;
  }

  /** Who else is told of drops, each as the kernel told it; quick. Any thread. */
  public void tellDrops(Consumer<KernelEvent> listener) {
    dropped = listener;
  }

  /** Takes a flow that no event of the kernel tells of; any thread, never waits. */
  public void offer(Supplier<Flow> flow) {
    if (waiting.incrementAndGet() > MOST_OFFERED) {
      waiting.decrementAndGet();
      unwritten.incrementAndGet();
    } else {
      offered.add(flow);
    }
  }

  public FlowReader start() {
    thread.start();
    return this;
  }

  private void run() {
    Background.enter();
    while (!closing) {
      try {
        if (work() < MANY) {
          LockSupport.parkNanos(LOOK_NANOS);
        }
      } catch (RuntimeException e) {
        failed(e);
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    drops.close();
  }

  /**
   * Reads what is there.
   *
   * @return how many events there were
   */
  int work() {
    long now = System.nanoTime();
    if (now - clockReadAt >= SECOND_NANOS) {
      clockReadAt = now;
      Instant wall = Instant.now();
      enricher.wallClock(
          wall.getEpochSecond() * 1_000_000_000L + wall.getNano(), System.nanoTime());
    }
    int count = source.drain(this::tryTake);
    drops.flush(System.nanoTime());
    for (Supplier<Flow> flow = offered.poll(); flow != null; flow = offered.poll()) {
      waiting.decrementAndGet();
      tryWrite(told(flow));
    }
    return count;
  }

  private Supplier<Flow> told(Supplier<Flow> offered) {
    return () -> {
      Flow flow = offered.get();
      monitor.take(flow);
      return flow;
    };
  }

  private void tryTake(KernelEvent event) {
    try {
      take(event);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void tryWrite(Supplier<Flow> flow) {
    try {
      write(flow.get());
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** A flow that is lost, and in nobody's way. */
  private void failed(RuntimeException why) {
    unwritten.incrementAndGet();
    long now = System.nanoTime();
    if (now - warnedAt >= SECOND_NANOS) { // there may be thousands of a kind
      warnedAt = now;
      LOG.warn("an event could not be told", why);
    }
  }

  private void take(KernelEvent event) {
    consumed.incrementAndGet();
    monitor.take(event);
    switch (event.type()) {
      case DROP -> {
        drops.add(event, System.nanoTime());
        dropped.accept(event);
      }
      case CONNECTION_START -> write(enricher.flow(event, 1, 0));
      case CONNECTION_END -> write(enricher.flow(event, 1, event.startedNanos()));
      case TRACE, POLICY_VERDICT -> {}
    }
  }

  private void write(Flow flow) {
    Consumer<Flow> flows = out;
    if (flows == null) {
      unwritten.incrementAndGet();
    } else {
      flows.accept(flow);
    }
  }

  /** Events taken from the kernel by this process. */
  public long consumed() {
    return consumed.get();
  }

  /**
   * Flows that came before there was anywhere to write them, faster than they can be, or failed.
   */
  public long unwritten() {
    return unwritten.get();
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    LockSupport.unpark(thread);
    thread.join(Duration.ofSeconds(5));
  }
}
