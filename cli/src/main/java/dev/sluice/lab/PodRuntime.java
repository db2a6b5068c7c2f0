package dev.sluice.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod from its first sight to its end: brings the sandbox from what it is to what is wanted,
 * trying again until it is. Wishes may come faster than they can be met; only the last counts.
 *
 * <p>Thread-safe. At most one thread at a time works on a pod.
 */
final class PodRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(PodRuntime.class);
  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final long RESTART_SECONDS = 1;

  private final LabFiles files;
  private final Function<PodSpec, Sandbox> sandboxes;
  private final Function<String, ApplierClient> appliers;
  private final AtomicBoolean working = new AtomicBoolean();
  private volatile PodSpec wanted;
  private volatile PodSpec made; // its sandbox exists, whole or in part
  private volatile PodSpec actual; // it runs
  private volatile String state = "pending";
  private volatile ApplierClient.Realised realised;
  private final List<Process> processes = new ArrayList<>();

  PodRuntime(
      LabFiles files,
      Function<PodSpec, Sandbox> sandboxes,
      Function<String, ApplierClient> appliers) {
    this.files = files;
    this.sandboxes = sandboxes;
    this.appliers = appliers;
  }

  /** Says what the pod shall be; null: gone. Returns at once. */
  void want(PodSpec spec) {
    wanted = spec;
    work();
  }

  /** Asks the applier again for a pod that runs, after the applier started anew. */
  void remind() {
    PodSpec running = actual;
    if (running != null && Objects.equals(running, wanted)) {
      Thread.ofVirtual().start(() -> askAgain(running));
    }
  }

  private void askAgain(PodSpec pod) {
    try {
      appliers.apply(pod.node()).add(pod, sandboxes.apply(pod).netnsPath().toString());
    } catch (IOException e) {
      LOG.warn("{}: the applier did not take it back: {}", pod.key(), e.getMessage());
    }
  }

  boolean settled() {
    return done() && !working.get();
  }

  boolean gone() {
    return wanted == null && settled();
  }

  PodSpec spec() {
    PodSpec now = wanted;
    return now == null ? made : now;
  }

  /** running, or what it is waiting for. */
  String state() {
    return state;
  }

  /** Null before the first time. */
  ApplierClient.Realised realised() {
    return realised;
  }

  private void work() {
    if (working.compareAndSet(false, true)) {
      Thread.ofVirtual().start(this::reconcile);
    }
  }

  private void reconcile() {
    String told = "";
    try {
      while (!done()) {
        try {
          step();
        } catch (IOException | RuntimeException e) {
          String why = String.valueOf(e.getMessage());
          // An applier that is away is in the state; while a lab starts it says nothing of the pod.
          if (!(e instanceof ApplierClient.Away) && !why.equals(told)) {
            LOG.warn("pod {}: {}", spec() == null ? "?" : spec().key(), why);
            told = why;
          }
          state = "waiting: " + why;
          Waiting.pause(RETRY);
        }
      }
    } finally {
      working.set(false);
    }
    if (!done()) {
      work(); // a wish that came between the last look and the end
    }
  }

  private boolean done() {
    PodSpec wish = wanted;
    return Objects.equals(wish, actual) && Objects.equals(wish, made);
  }

  private void step() throws IOException {
    PodSpec next = wanted;
    if (made != null && !made.equals(next)) {
      state = "terminating";
      stop(made);
    } else if (next != null) {
      made = next;
      start(next);
    }
  }

  private void start(PodSpec pod) throws IOException {
    Sandbox sandbox = sandboxes.apply(pod);
    ApplierClient applier = appliers.apply(pod.node());
    state = "creating";
    sandbox.create();
    applier.add(pod, sandbox.netnsPath().toString());
    state = "waiting for its policy";
    while (realised == null) {
      if (!pod.equals(wanted)) {
        return;
      }
      try {
        realised = applier.awaitRealised(pod, PATIENCE);
      } catch (IOException e) {
        state = "waiting for its policy: " + e.getMessage();
        Waiting.pause(RETRY);
      }
    }
    actual = pod;
    pod.containers().stream()
        .filter(container -> !container.command().isEmpty())
        .forEach(container -> run(pod, sandbox, container));
    state = "running";
  }

  private void run(PodSpec pod, Sandbox sandbox, PodSpec.Container container) {
    synchronized (processes) {
      if (!pod.equals(actual) || !sandbox.exists()) {
        return;
      }
      Process process =
          sandbox.start(
              container.command(),
              container.environment(),
              files.podLog(pod.namespace(), pod.name(), container.name()));
      processes.add(process);
      process
          .onExit()
          .thenAcceptAsync(
              ended -> {
                synchronized (processes) {
                  processes.remove(ended);
                }
                if (pod.restart() && pod.equals(actual)) {
                  run(pod, sandbox, container);
                }
              },
              java.util.concurrent.CompletableFuture.delayedExecutor(
                  RESTART_SECONDS, TimeUnit.SECONDS));
    }
  }

  private void stop(PodSpec pod) throws IOException {
    Sandbox sandbox = sandboxes.apply(pod);
    synchronized (processes) {
      actual = null; // containers that end from here on stay ended
      CgroupTree.remove(sandbox.cgroup());
      processes.clear();
    }
    realised = null;
    appliers.apply(pod.node()).del(pod);
    sandbox.remove();
    made = null;
  }
}
