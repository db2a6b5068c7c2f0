package dev.sluice.node.apply;

import dev.sluice.node.bpf.Foreground;
import dev.sluice.node.mirror.KernelMaps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that touches an {@link Applier}. Others ask and tell; after what was waiting has
 * been done, one step follows for all of it.
 */
public final class ApplierThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApplierThread.class);
  private static final long AUDIT_NANOS = Duration.ofMinutes(1).toNanos();

  /** A step is a second at the very most; one that hangs must not keep the process. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Applier applier;
  private final Runnable stepped;
  private final Consumer<Throwable> broken;
  private final BlockingQueue<Consumer<Applier>> asked = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final MapAudit audit;
  private final Duration patience;
  private volatile boolean closing;
  private volatile boolean ended;
  private long auditedAt = System.nanoTime();

  /**
   * @param maps looked at now and then, on a thread beside this one
   * @param stepped called on the applier's thread after every step, successful or not; quick
   * @param broken told of our bugs: the process ends, the kernel goes on
   */
  public ApplierThread(
      Applier applier, KernelMaps maps, Runnable stepped, Consumer<Throwable> broken) {
    this(applier, maps, stepped, broken, PATIENCE);
  }

  /**
   * @param patience how long {@link #close} waits
   */
  ApplierThread(
      Applier applier,
      KernelMaps maps,
      Runnable stepped,
      Consumer<Throwable> broken,
      Duration patience) {
    this.applier = applier;
    this.audit = new MapAudit(this, maps, applier.kernelServices(), patience);
    this.patience = patience;
    this.stepped = stepped;
    this.broken = broken;
    this.thread = Thread.ofPlatform().name("applier").unstarted(this::run);
  }

  public ApplierThread start() {
    thread.start();
    return this;
  }

  /** Does something with the applier on its thread; the future fails with what it threw. */
  public <T> CompletableFuture<T> ask(Function<Applier, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    asked.add(
        target -> {
          if (target == null) {
            answer.completeExceptionally(new IllegalStateException("the node is left"));
            return;
          }
          try {
            answer.complete(question.apply(target));
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    if (ended) {
      refuseWaiting();
    }
    return answer;
  }

  /** Nobody answers any more. */
  private void refuseWaiting() {
    for (Consumer<Applier> each = asked.poll(); each != null; each = asked.poll()) {
      each.accept(null);
    }
  }

  private void run() {
    Foreground.enter();
    try {
      while (!closing) {
        work();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.error("the applier's thread ends", e);
      broken.accept(e);
    } finally {
      ended = true;
      refuseWaiting();
    }
  }

  private void work() throws InterruptedException {
    Consumer<Applier> first = asked.poll(waitNanos(System.nanoTime()), TimeUnit.NANOSECONDS);
    if (first != null) {
      List<Consumer<Applier>> all = new ArrayList<>();
      all.add(first);
      asked.drainTo(all);
      all.forEach(question -> question.accept(applier));
    }
    long now = System.nanoTime();
    if (now - auditedAt >= AUDIT_NANOS) {
      auditedAt = now;
      audit.begin();
    }
    if (applier.step(now)) {
      stepped.run();
    }
  }

  private long waitNanos(long now) {
    long untilAudit = auditedAt + AUDIT_NANOS - now;
    long untilRetry = applier.retryAtNanos().map(at -> at - now).orElse(untilAudit);
    return Math.max(0, Math.min(untilAudit, untilRetry));
  }

  /**
   * Waits for the step that is being done, and for the look that goes on.
   *
   * @throws StillAtWorkException when one of them does not end: it uses the maps yet. Whoever is
   *     told of what is broken has been told
   */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    asked.add(target -> {});
    try {
      StillAtWorkException.await(thread, patience);
      audit.close();
    } catch (StillAtWorkException e) {
      broken.accept(e);
      throw e;
    }
  }
}
