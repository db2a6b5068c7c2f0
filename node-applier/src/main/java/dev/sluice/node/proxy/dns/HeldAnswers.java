package dev.sluice.node.proxy.dns;

import dev.sluice.node.proxy.dns.DnsConversation.Answer;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Answers on their way to pods. Each goes once: as it is when it may be used, as a failure when
 * that takes longer than the hold limit. For the proxy's thread.
 */
final class HeldAnswers {
  private static final class Held {
    final Answer answer;
    final Consumer<byte[]> way;
    final long untilNanos;
    boolean over;

    Held(Answer answer, Consumer<byte[]> way, long untilNanos) {
      this.answer = answer;
      this.way = way;
      this.untilNanos = untilNanos;
    }
  }

  private final long holdNanos;
  private final Executor proxy;
  private final PriorityQueue<Held> held =
      new PriorityQueue<>(Comparator.comparingLong((Held each) -> each.untilNanos));

  /**
   * @param proxy runs something on the proxy's thread; from any thread
   */
  HeldAnswers(long holdNanos, Executor proxy) {
    this.holdNanos = holdNanos;
    this.proxy = proxy;
  }

  /** Sends an answer when it may be used. */
  void give(Answer answer, Consumer<byte[]> way) {
    if (answer.usable().isDone()) {
      way.accept(answer.bytes());
      answer.given().accept(true);
      return;
    }
    Held waiting = new Held(answer, way, System.nanoTime() + holdNanos);
    held.add(waiting);
    answer.usable().thenRun(() -> proxy.execute(() -> give(waiting, true)));
  }

  private static void give(Held waiting, boolean usable) {
    if (!waiting.over) {
      waiting.over = true;
      waiting.way.accept(usable ? waiting.answer.bytes() : waiting.answer.instead());
      waiting.answer.given().accept(usable);
    }
  }

  /** Whether nothing waits. */
  boolean isEmpty() {
    return held.stream().allMatch(each -> each.over);
  }

  /** Answers with a failure what has waited too long. */
  void expire(long nowNanos) {
    while (!held.isEmpty() && (held.peek().over || held.peek().untilNanos - nowNanos <= 0)) {
      give(held.poll(), false);
    }
  }

  /** How long {@link #expire} need not be called: milliseconds, a second at most. */
  int idleMillis(long nowNanos) {
    long until = held.isEmpty() ? TimeUnit.SECONDS.toNanos(1) : held.peek().untilNanos - nowNanos;
    return (int) Math.max(0, Math.min(1000, until / 1_000_000 + 1));
  }
}
