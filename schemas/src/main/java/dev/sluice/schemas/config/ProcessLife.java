package dev.sluice.schemas.config;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one process, the same for all: reads the arguments, starts, prints {@code READY
 * <component>} on stdout, waits for SIGTERM or SIGINT (or {@link #stop()}), closes what was opened
 * in reverse. Bad settings end it with status 2 and one sentence, a failed start or {@link
 * #fail(Throwable)} with status 1.
 *
 * <p>Thread-safe. {@link #run} is called once, from {@code main}.
 */
public final class ProcessLife {
  /** What a process does between its arguments and being ready. */
  @FunctionalInterface
  public interface Start {
    void start(Settings settings, ProcessLife life) throws Exception;
  }

  private static final Logger LOG = LoggerFactory.getLogger(ProcessLife.class);

  private final String component;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread main = Thread.currentThread();
  private volatile boolean started;
  private volatile Throwable failure;

  private ProcessLife(String component) {
    this.component = component;
  }

  /** Runs a component to its end and exits the JVM. */
  public static void run(String component, String[] arguments, Start start) {
    PrintStream out = System.out;
    Settings settings;
    try {
      settings = ProcessArguments.parse(arguments).settings();
    } catch (SettingsException e) {
      System.err.println(component + ": " + e.getMessage());
      System.exit(2);
      return;
    }
    ProcessLife life = new ProcessLife(component);
    Runtime.getRuntime().addShutdownHook(new Thread(life::stopAndWait, component + "-shutdown"));
    int status = life.live(settings, start, out);
    life.closed.countDown();
    System.exit(status);
  }

  private int live(Settings settings, Start start, PrintStream out) {
    try {
      start.start(settings, this);
      started = true;
      if (stop.getCount() > 0) {
        out.println("READY " + component);
        out.flush();
      }
      stop.await();
    } catch (SettingsException e) {
      System.err.println(component + ": " + e.getMessage());
      closeAll();
      return 2;
    } catch (Exception e) {
      if (stop.getCount() > 0) {
        failure = e;
      }
    }
    closeAll();
    if (failure == null) {
      return 0;
    }
    LOG.error("{} stops", component, failure);
    System.err.println(component + ": " + failure.getMessage());
    return 1;
  }

  /** Closes {@code resource} when the process ends, before everything opened earlier. */
  public synchronized <T extends AutoCloseable> T closing(T resource) {
    open.push(resource);
    return resource;
  }

  /** Asks the process to end; returns at once. */
  public void stop() {
    stop.countDown();
  }

  /** Our bug or a world that cannot be waited for: the process ends with status 1. */
  public void fail(Throwable cause) {
    failure = cause;
    stop.countDown();
  }

  private void stopAndWait() {
    stop.countDown();
    if (!started) {
      main.interrupt(); // a start that waits for a broker or registry gives up
    }
    try {
      if (!closed.await(30, TimeUnit.SECONDS)) {
        LOG.warn("{} did not close within 30 s", component);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void closeAll() {
    while (!open.isEmpty()) {
      AutoCloseable resource = open.pop();
      try {
        resource.close();
      } catch (Exception e) {
        LOG.warn("{}: closing {} failed", component, resource, e);
      }
    }
  }
}
