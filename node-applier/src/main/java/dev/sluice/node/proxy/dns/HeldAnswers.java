package dev.sluice.node.proxy.dns;

import dev.sluice.node.proxy.dns.DnsConversation.Answer;
import java.util.LinkedHashSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Answers on their way to pods. Each goes once: as it is when it may be used, as a failure when it
 * is known that it may not, or when that takes longer than the hold limit. Time that the process
 * did not have, as while a collector stops it, does not count, up to half a second: nobody could
 * have made anything usable then. For the proxy's thread.
 */
final class HeldAnswers {
  private static final class Held {
    final Answer answer;
    final Consumer<byte[]> way;
    final long untilNanos;
    final long pausedBefore;

    Held(Answer answer, Consumer<byte[]> way, long untilNanos, long pausedBefore) {
      this.answer = answer;
      this.way = way;
      this.untilNanos = untilNanos;
      this.pausedBefore = pausedBefore;
    }
  }

  /** Being this late is ordinary. */
  private static final long ORDINARY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** What the applier gets after a pause to do what it could not do before. */
  private static final long RECOVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long HELD_MILLIS = 10;
  private static final long MOST_PAUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final long holdNanos;
  private final Executor proxy;
  private long pausedNanos;

  /** What waits longest first: it ends first. */
  private final LinkedHashSet<Held> held = new LinkedHashSet<>();

  /**
   * @param proxy runs something on the proxy's thread; from any thread
   */
  HeldAnswers(long holdNanos, Executor proxy) {
    this.holdNanos = holdNanos;
    this.proxy = proxy;
  }

  /** Sends an answer when it may be used. */
  void give(Answer answer, Consumer<byte[]> way) {
    Held waiting = new Held(answer, way, System.nanoTime() + holdNanos, pausedNanos);
    if (answer.usable().isDone()) {
      send(waiting, !answer.usable().isCompletedExceptionally());
      return;
    }
    held.add(waiting);
    answer
        .usable()
        .whenComplete((done, failed) -> proxy.execute(() -> release(waiting, failed == null)));
  }

  private void release(Held waiting, boolean usable) {
    if (held.remove(waiting)) {
      send(waiting, usable);
    }
  }

  private static void send(Held waiting, boolean usable) {
    waiting.way.accept(usable ? waiting.answer.bytes() : waiting.answer.instead());
    waiting.answer.given().accept(usable);
  }

  /** Whether nothing waits. */
  boolean isEmpty() {
    return held.isEmpty();
  }

  /** The proxy's thread comes back so much later than it wanted to. */
  void late(long nanos) {
    pausedNanos += nanos > ORDINARY_NANOS ? nanos + RECOVERY_NANOS : 0;
  }

  private long until(Held each) {
    return each.untilNanos + Math.min(pausedNanos - each.pausedBefore, MOST_PAUSED_NANOS);
  }

  /** Answers with a failure what has waited too long. */
  void expire(long nowNanos) {
    while (!held.isEmpty() && until(held.getFirst()) - nowNanos <= 0) {
      release(held.getFirst(), false);
    }
  }

  /**
   * How long the proxy's thread may wait: milliseconds. Short while something is held: a pause of
   * the process that falls into a long wait would look like the wait.
   */
  int idleMillis(long nowNanos) {
    if (held.isEmpty()) {
      return 1000;
    }
    long until = (until(held.getFirst()) - nowNanos) / 1_000_000 + 1;
    return (int) Math.max(0, Math.min(HELD_MILLIS, until));
  }
}
