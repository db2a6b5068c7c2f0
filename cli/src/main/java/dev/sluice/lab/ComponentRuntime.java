package dev.sluice.lab;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of the lab over its lives: started, watched, started again with back-off when it ends
 * by itself, and left dead when somebody killed it with {@code lab kill}.
 *
 * <p>Output goes to a file, not through a pipe: the process outlives its supervisor.
 *
 * <p>Thread-safe.
 */
final class ComponentRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(ComponentRuntime.class);
  private static final Duration SHORTEST_BACKOFF = Duration.ofMillis(300);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(10);
  private static final Duration LEAVE = Duration.ofSeconds(30);
  private static final long STEADY_NANOS = Duration.ofSeconds(30).toNanos();

  /** How a process ends that does not take its settings. */
  private static final int BAD_SETTINGS = 2;

  private final ComponentSpec spec;
  private final LabFiles files;
  private final Runnable changed;
  private final Runnable ready;
  private String state = "stopped";
  private LabState.Pid process;
  private Duration backoff = SHORTEST_BACKOFF;
  private boolean badSettings;
  private long generation;

  /**
   * @param changed told after every change of state
   * @param ready told when the process said READY
   */
  ComponentRuntime(ComponentSpec spec, LabFiles files, Runnable changed, Runnable ready) {
    this.spec = spec;
    this.files = files;
    this.changed = changed;
    this.ready = ready;
  }

  ComponentSpec spec() {
    return spec;
  }

  synchronized LabState.Component component() {
    return new LabState.Component(spec.name(), spec.node(), state, process);
  }

  synchronized boolean running() {
    return state.equals("running");
  }

  /** What it said when it did not take its settings: trying again helps nobody. */
  Optional<String> refusal() {
    synchronized (this) {
      if (!badSettings) {
        return Optional.empty();
      }
    }
    try (Stream<String> said = Files.lines(files.log(spec.id()))) {
      return said.filter(line -> !line.isBlank()).reduce((before, last) -> last);
    } catch (IOException | UncheckedIOException e) {
      return Optional.of(spec.id() + " does not take its settings");
    }
  }

  /** Starts it unless it is alive; returns at once. */
  void start() {
    synchronized (this) {
      if (ProcessTable.alive(process)) {
        return;
      }
      launch();
    }
    changed.run();
  }

  /**
   * A planned restart: the successor takes over from the process that is alive, or begins when that
   * has ended as it was asked to. Returns when the successor is there and the other one is gone.
   */
  void replace() {
    LabState.Pid old;
    synchronized (this) {
      old = process;
      if (spec.takesOver()) {
        launch();
      } else {
        generation++;
        state = "stopped";
      }
    }
    if (!spec.takesOver()) {
      ProcessTable.endAll(List.of(old), LEAVE);
      start();
    }
    changed.run();
    Waiting.until(LEAVE, () -> running() && !ProcessTable.alive(old));
    ProcessTable.end(old, true);
  }

  private void launch() {
    long life = ++generation;
    FileTree.write(files.config(spec.id()), spec.settings().toFileText());
    File log = files.log(spec.id()).toFile();
    long logStart = log.length();
    try {
      Files.createDirectories(files.logs());
      ProcessBuilder builder =
          new ProcessBuilder(spec.command(files))
              .directory(files.data().toFile())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
      // glibc gives each of a JVM's threads a heap of its own, and what is freed there stays there.
      builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
      Process started = builder.start();
      process = ProcessTable.find(started.pid()).orElse(null);
      state = "starting";
      long began = System.nanoTime();
      started.onExit().thenAccept(ended -> ended(life, ended.exitValue(), began));
      Thread.ofVirtual().start(() -> awaitReady(life, log.toPath(), logStart));
    } catch (IOException e) {
      throw new LabFailure("cannot start " + spec.id() + ": " + e, e);
    }
  }

  private void awaitReady(long life, Path log, long from) {
    String line = "READY " + spec.name();
    Waiting.until(Duration.ofMinutes(10), () -> !isCurrent(life) || contains(log, from, line));
    synchronized (this) {
      if (life != generation || !state.equals("starting")) {
        return;
      }
      state = "running";
      if (spec.yields()) {
        ProcessTable.yield(process); // not before: whoever starts a lab waits for it
      }
    }
    changed.run();
    ready.run();
  }

  private synchronized boolean isCurrent(long life) {
    return life == generation && state.equals("starting");
  }

  private static boolean contains(Path log, long from, String line) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(from);
      byte[] rest = new byte[(int) Math.min(file.length() - from, 1 << 20)];
      file.readFully(rest);
      return new String(rest, StandardCharsets.UTF_8).contains(line);
    } catch (IOException e) {
      return false;
    }
  }

  private void ended(long life, int status, long began) {
    Duration wait;
    synchronized (this) {
      if (life != generation || state.equals("killed") || state.equals("stopped")) {
        return;
      }
      state = "failed";
      process = null;
      badSettings = status == BAD_SETTINGS;
      boolean steady = System.nanoTime() - began > STEADY_NANOS;
      // The first time at once, as a kubelet does.
      wait = steady ? Duration.ZERO : backoff;
      Duration doubled = steady ? SHORTEST_BACKOFF : wait.multipliedBy(2);
      backoff = doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
    }
    LOG.warn("{} ended with {}; again in {} ms", spec.id(), status, wait.toMillis());
    changed.run();
    Thread.ofVirtual()
        .start(
            () -> {
              Waiting.pause(wait);
              restart(life);
            });
  }

  private void restart(long life) {
    synchronized (this) {
      if (life != generation || !state.equals("failed")) {
        return;
      }
      launch();
    }
    changed.run();
  }

  /** kill -9; it stays dead until {@link #start()}. */
  void kill() {
    LabState.Pid victim;
    synchronized (this) {
      state = "killed";
      victim = process;
      ProcessTable.end(victim, true);
    }
    Waiting.until(Duration.ofSeconds(5), () -> !ProcessTable.alive(victim));
    synchronized (this) {
      if (state.equals("killed")) {
        process = null;
      }
    }
    changed.run();
  }

  /** Its end is no failure any more; nothing is sent to it. */
  synchronized void abandon() {
    state = "stopped";
  }
}
