package dev.sluice.node.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.node.proxy.dns.DnsConversation.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Answers wait for the kernel, and no longer than they may. */
class HeldAnswersTest {
  private static final long HOLD = Duration.ofHours(1).toNanos();
  private static final long MILLI = 1_000_000;

  private final HeldAnswers held = new HeldAnswers(HOLD, Runnable::run);
  private final CompletableFuture<Void> usable = new CompletableFuture<>();
  private final List<Integer> sent = new ArrayList<>();
  private final long before = System.nanoTime();

  private void give() {
    held.give(
        new Answer(new byte[] {1}, new byte[] {0}, usable, given -> {}),
        bytes -> sent.add((int) bytes[0]));
  }

  @Test
  void goesWhenItMayBeUsedAndOnce() {
    give();
    assertEquals(List.of(), sent);
    usable.complete(null);
    held.expire(System.nanoTime() + 2 * HOLD);
    assertEquals(List.of(1), sent);
  }

  @Test
  void isAFailureWhenItTookTooLong() {
    give();
    held.expire(before + HOLD - MILLI);
    assertEquals(List.of(), sent);
    held.expire(System.nanoTime() + HOLD);
    usable.complete(null);
    assertEquals(List.of(0), sent);
  }

  @Test
  void isAFailureAtOnceWhenItIsKnownThatItMayNotBeUsed() {
    give();
    usable.completeExceptionally(new IllegalStateException("no room"));
    assertEquals(List.of(0), sent);
    give();
    assertEquals(List.of(0, 0), sent, "also when it was known before");
  }

  @Test
  void timeThatTheProcessDidNotHaveDoesNotCount() {
    held.late(300 * MILLI);
    give();
    held.late(10 * MILLI);
    held.late(200 * MILLI);
    held.expire(before + HOLD + 200 * MILLI);
    assertEquals(List.of(), sent);
    usable.complete(null);
    assertEquals(List.of(1), sent);
  }

  @Test
  void thePauseIsSeenWhileSomethingIsHeld() {
    assertEquals(1000, held.idleMillis(before));
    give();
    assertEquals(10, held.idleMillis(before), "a pause in a long wait would look like the wait");
    assertEquals(0, held.idleMillis(before + 2 * HOLD));
    usable.complete(null);
    assertEquals(1000, held.idleMillis(before));
  }

  @Test
  void butNotForLong() {
    give();
    held.late(30_000 * MILLI);
    held.expire(System.nanoTime() + HOLD + 500 * MILLI);
    assertEquals(List.of(0), sent);
  }
}
