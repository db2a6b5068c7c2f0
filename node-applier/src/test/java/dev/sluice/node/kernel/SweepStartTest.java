package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SweepStartTest {
  private static final int ENOMEM = 12;

  private final AtomicInteger pauses = new AtomicInteger();

  private int start(int failures) {
    AtomicInteger left = new AtomicInteger(failures);
    return Sweep.firstSuccess(
        () -> left.getAndDecrement() > 0 ? ENOMEM : 0, pauses::incrementAndGet);
  }

  @Test
  void aMomentWithoutMemoryIsWaitedFor() {
    assertEquals(0, start(0));
    assertEquals(0, pauses.get());
    assertEquals(0, start(3));
    assertEquals(3, pauses.get());
  }

  @Test
  void whatStaysIsTold() {
    assertEquals(ENOMEM, start(Integer.MAX_VALUE));
  }
}
