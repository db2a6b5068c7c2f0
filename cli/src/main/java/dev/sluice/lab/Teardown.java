package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends everything of a lab that the machine holds: processes, cgroups, namespaces with their links,
 * pins and sockets. Finds them by the lab's names and its last written state, so that it works
 * after the supervisor was killed, at any moment, any number of times. The directory's data stays.
 */
public final class Teardown {
  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);
  private static final Duration GRACE = Duration.ofSeconds(8);

  private final LabFiles files;
  private final LabNames names;

  public Teardown(LabFiles files) {
    this.files = files;
    this.names = LabNames.of(files.data());
  }

  /** Asks the supervisor to end, waits for that, and ends what is left. */
  public void down() {
    state()
        .map(LabState::supervisor)
        .filter(ProcessTable::alive)
        .ifPresent(
            supervisor -> {
              ProcessTable.end(supervisor, false);
              if (!Waiting.until(GRACE.multipliedBy(3), () -> !ProcessTable.alive(supervisor))) {
                ProcessTable.end(supervisor, true);
              }
            });
    run();
  }

  /**
   * Ends everything but the supervisor. Every step is tried even when one before it failed.
   *
   * @throws LabFailure naming what could not be removed
   */
  public void run() {
    List<String> failures = new ArrayList<>();
    List<LabState.Pid> processes =
        state().stream()
            .flatMap(state -> state.components().stream())
            .map(LabState.Component::process)
            .filter(ProcessTable::alive)
            .toList();
    step(failures, () -> ProcessTable.endAll(processes, GRACE));
    step(
        failures,
        () ->
            CgroupTree.mountPoint()
                .ifPresent(mount -> CgroupTree.remove(mount.resolve(names.prefix()))));
    for (String netns : namespaces()) {
      step(failures, () -> Shell.check("ip", "netns", "del", netns));
      step(failures, () -> Sandbox.forgetFiles(netns));
    }
    step(failures, () -> FileTree.delete(names.bpfDir()));
    removeIfEmpty(names.bpfDir().getParent());
    removeIfEmpty(names.bpfDir().getParent().getParent());
    step(failures, () -> FileTree.delete(names.runtimeDir()));
    removeIfEmpty(names.runtimeDir().getParent());
    step(failures, () -> FileTree.delete(files.targets()));
    step(failures, () -> FileTree.delete(files.state()));
    step(failures, () -> FileTree.giveBack(files.data()));
    if (!failures.isEmpty()) {
      throw new LabFailure("Not everything of the lab is gone: " + String.join("; ", failures));
    }
  }

  /** Whether a supervisor runs in this directory. */
  public static boolean supervised(LabFiles files) {
    return new Teardown(files)
        .state()
        .map(LabState::supervisor)
        .filter(ProcessTable::alive)
        .isPresent();
  }

  /** Removes the manifests of a lab that does not run; its log goes on where it was. */
  public static void forgetObjects(LabFiles files) {
    FileTree.delete(files.manifests());
    FileTree.delete(files.data().resolve("outside"));
    FileTree.delete(files.data().resolve("dns"));
  }

  private static void step(List<String> failures, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.warn("a step of the teardown failed", e);
      failures.add(e.getMessage());
    }
  }

  private Optional<LabState> state() {
    try {
      return Optional.of(
          LabHandle.MAPPER.readValue(Files.readAllBytes(files.state()), LabState.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private List<String> namespaces() {
    if (!Files.isDirectory(Sandbox.NETNS_DIR)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(Sandbox.NETNS_DIR)) {
      return found
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(names.prefix() + "-"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.debug("{} is still used by another lab", folder);
    }
  }
}
