package dev.sluice.schemas.topic;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads and decodes in a thread of its own, a few batches ahead of the one that takes what was
 * read: in order, each once. For one taking thread; the source is asked by the reading one alone,
 * from {@link #of} until the end or {@link #close}.
 *
 * @param <T> what is read
 */
public final class ReadAhead<T> implements AutoCloseable {
  private static final int BATCHES = 8;

  /** What was read, or how reading ended: {@code items} is null then. */
  private record Batch<T>(List<T> items, Throwable failure) {}

  private final BlockingQueue<Batch<T>> ready = new ArrayBlockingQueue<>(BATCHES);
  private final Thread thread;

  private ReadAhead(Supplier<List<T>> source) {
    this.thread = Thread.ofPlatform().daemon().name("read-ahead").start(() -> run(source));
  }

  /**
   * Begins to read.
   *
   * @param source gives the next batch, which may be empty, and null after the last
   */
  public static <T> ReadAhead<T> of(Supplier<List<T>> source) {
    return new ReadAhead<>(source);
  }

  private void run(Supplier<List<T>> source) {
    try {
      List<T> items;
      do {
        items = batch(source);
      } while (items != null);
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private List<T> batch(Supplier<List<T>> source) throws InterruptedException {
    List<T> items = null;
    Throwable failure = null;
    try {
      items = source.get();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    ready.put(new Batch<>(items, failure));
    return items;
  }

  /**
   * Takes everything until the source has no more. What the source throws is thrown here, after all
   * that was read before it.
   */
  public void forEach(Consumer<? super T> sink) {
    try {
      Batch<T> batch = ready.take();
      while (batch.items != null) {
        batch.items.forEach(sink);
        batch = ready.take();
      }
      switch (batch.failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops reading and waits until the source is left alone. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
