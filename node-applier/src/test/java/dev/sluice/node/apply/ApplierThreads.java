package dev.sluice.node.apply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Threads of appliers over a kernel of the tests'. */
public final class ApplierThreads {
  private ApplierThreads() {}

  /**
   * One that is at something which does not end before this is closed.
   *
   * @param broken what its thread's owner was told
   */
  public record Stuck(ApplierThread thread, List<Throwable> broken, CountDownLatch end)
      implements AutoCloseable {
    @Override
    public void close() throws InterruptedException {
      end.countDown();
      for (int tries = 0; ; tries++) {
        try {
          thread.close();
          return;
        } catch (StillAtWorkException e) {
          if (tries == 10_000) {
            throw e;
          }
        }
      }
    }
  }

  /** Whoever closes it waits for a millisecond. */
  public static Stuck stuck() throws InterruptedException {
    FakeKernel kernel = new FakeKernel();
    List<Throwable> broken = Collections.synchronizedList(new ArrayList<>());
    ApplierThread thread =
        new ApplierThread(
                new Applier(
                    "node-1", kernel, new FakeServices(), kernel, (b, a) -> {}, change -> {}),
                kernel,
                () -> {},
                broken::add,
                Duration.ofMillis(1))
            .start();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    thread.ask(
        target -> {
          begun.countDown();
          try {
            end.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return true;
        });
    begun.await();
    return new Stuck(thread, broken, end);
  }
}
