package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lab's part of the machine's cgroup2 tree: one group for every pod, so that all of its
 * processes can be found and ended.
 *
 * @param root the lab's own group
 */
public record CgroupTree(Path root) {
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  /** Where cgroup2 is mounted; empty when it is not. */
  static Optional<Path> mountPoint() {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return mounts
          .filter(line -> line.contains(" - cgroup2 "))
          .map(line -> Path.of(line.split(" ")[4]))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tree of the lab with this prefix. */
  public static CgroupTree of(LabNames names) {
    Path mount =
        mountPoint().orElseThrow(() -> new LabFailure("no cgroup2 file system is mounted"));
    return new CgroupTree(mount.resolve(names.prefix()));
  }

  /** The group of a node's pods, to which the node's socket programs belong. */
  Path node(String node) {
    return root.resolve(node);
  }

  /** Of one pod's processes. */
  public Path pod(String node, String namespace, String pod) {
    return node(node).resolve(namespace + "_" + pod);
  }

  /** Of processes that run on a node itself: their sockets are balanced as its pods' are. */
  Path host(String node) {
    return node(node).resolve("_host");
  }

  /** Of processes that run on the wire between nodes. */
  Path wire() {
    return root.resolve("wire");
  }

  Path outside(String name) {
    return root.resolve("outside-" + name);
  }

  static void create(Path group) {
    try {
      Files.createDirectories(group);
    } catch (IOException e) {
      throw new LabFailure("cannot make cgroup " + group + ": " + e, e);
    }
  }

  /**
   * Kills every process in a group and the groups below it, and removes them. No group: nothing.
   */
  static void remove(Path group) {
    if (!Files.isDirectory(group)) {
      return;
    }
    List<Path> groups;
    try (Stream<Path> found = Files.walk(group)) {
      groups = found.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | UncheckedIOException e) {
      groups = List.of(group);
    }
    try {
      Files.writeString(group.resolve("cgroup.kill"), "1");
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new LabFailure("cannot end the processes of " + group + ": " + e, e);
    }
    for (Path each : groups) {
      if (!Waiting.until(KILL_LIMIT, () -> removed(each))) {
        throw new LabFailure("cgroup " + each + " could not be removed: it still has processes");
      }
    }
  }

  private static boolean removed(Path group) {
    try {
      Files.deleteIfExists(group);
      return true;
    } catch (IOException e) {
      return false; // busy until its last process is gone
    }
  }
}
